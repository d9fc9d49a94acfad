import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { builtInFlavors } from './flavors.ts'
import { trackers } from './trackers.ts'

test('the flavors are those of the documents, each with its type and name once', () => {
  assert.deepEqual(
    builtInFlavors.map(({ type, name }) => `${type} ${name}`),
    ['orchestrator local', 'artifact-store local', 'experiment-tracker mlflow'],
  )
  for (const { attributes } of builtInFlavors)
    assert.equal(new Set(attributes.map(({ name }) => name)).size, attributes.length)
})

test('mlflow has the attributes of ZenML, with the same ones secret; only a run needs tracking_uri', () => {
  const attributes = builtInFlavors.find(({ name }) => name === 'mlflow')?.attributes ?? []
  assert.deepEqual(attributes.map(({ name }) => name).toSorted(), [
    'databricks_client_id',
    'databricks_client_secret',
    'databricks_host',
    'enable_unity_catalog',
    'experiment_name',
    'nested',
    'tags',
    'tracking_insecure_tls',
    'tracking_password',
    'tracking_token',
    'tracking_uri',
    'tracking_username',
  ])
  assert.deepEqual(
    attributes.filter(({ secret }) => secret).map(({ name }) => name),
    ['tracking_username', 'tracking_password', 'tracking_token', 'databricks_client_id', 'databricks_client_secret'],
  )
  assert.deepEqual(
    attributes.filter(({ required }) => required !== 'no').map(({ name, required }) => [name, required]),
    [['tracking_uri', 'run']],
  )
})

test('every experiment tracker has a flavor', () => {
  for (const { flavor } of trackers)
    assert.ok(builtInFlavors.some(({ type, name }) => type === 'experiment-tracker' && name === flavor))
})

test('loading flavors and trackers loads no HTTP', () => {
  const files = ['flavors.ts', 'trackers.ts'].map((name) => JSON.stringify(join(import.meta.dirname, name)))
  const script = `for (const file of [${files.join()}]) await import(file)
    console.log(process.moduleLoadList.filter((name) => /NativeModule (_?http|https|tls|net)/.test(name)).join())`
  const output = execFileSync(
    process.execPath,
    ['--conditions=sotto-source', '--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script],
    { encoding: 'utf8' },
  )
  assert.equal(output.trim(), '')
})
