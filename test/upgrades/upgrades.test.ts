/**
 * Every schema that was ever on main opens. Goal: no store that somebody has is lost by an upgrade. Method: stores made by
 * the code of earlier commits (`make-store.ts`) are opened with today's; everything is read, written and verified.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { textValue } from '@sotto/sdk/model'
import type { Api } from '@sotto/sdk/model'
import { openEmbedded } from '../../packages/sotto/src/connect/embedded.ts'
import { schemaVersion } from '../../packages/sotto/src/store/migrations.ts'
import type { StoredSecret, StoreFacts } from './store-facts.ts'

const fixtures = join(import.meta.dirname, 'fixtures')
const folders = readdirSync(fixtures).toSorted()

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-upgrade-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function copyStore(t: TestContext, name: string): { readonly home: string; readonly facts: StoreFacts } {
  const home = temporaryFolder(t)
  const read = (file: string): Buffer => readFileSync(join(fixtures, name, file))
  writeFileSync(join(home, 'store.db'), gunzipSync(read('store.db.gz')), { mode: 0o600 })
  writeFileSync(join(home, 'root.key'), read('root.key'), { mode: 0o600 })
  return { home, facts: JSON.parse(read('facts.json').toString()) as StoreFacts } // written by make-store.ts
}

async function withApi<T>(home: string, work: (api: Api) => Promise<T>): Promise<T> {
  const opened = await openEmbedded({ SOTTO_HOME: home })
  try {
    return await work(opened.api)
  } finally {
    await opened.close()
  }
}

async function assertSecret(api: Api, { name, scope, version, values }: StoredSecret): Promise<void> {
  const [found] = (await api.resolveSecrets({ items: [{ secret: name, scope, version }] })).secrets
  assert.ok(found?.unchanged === false)
  assert.deepEqual(Object.fromEntries(Object.entries(found.values).map(([key, value]) => [key, value.data])), values)
}

/** Names of the keys by scope and name, as a list tells them. */
async function listedKeys(api: Api): Promise<ReadonlyMap<string, readonly string[]>> {
  const { items } = await api.listSecrets({})
  return new Map(items.map(({ name, scope, keys }) => [`${scope} ${name}`, keys.map((key) => key.name)]))
}

/** The same of the newest version of each. */
function keysIn(secrets: readonly StoredSecret[]): ReadonlyMap<string, readonly string[]> {
  return new Map(secrets.map(({ name, scope, values }) => [`${scope} ${name}`, Object.keys(values).toSorted()]))
}

/** Statements of the schema, whatever the order in which they were run. */
function schemaOf(home: string): readonly unknown[] {
  using db = new DatabaseSync(join(home, 'store.db'), { readOnly: true })
  return db.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name').all()
}

test('there is a store of every schema before the present one', () => {
  const found = folders.map(
    (name) => JSON.parse(readFileSync(join(fixtures, name, 'facts.json'), 'utf8')) as StoreFacts,
  )
  const versions = new Set(found.map((facts) => facts.schemaVersion))
  assert.ok(versions.has(1))
  for (let version = 1; version < schemaVersion; version++) assert.ok(versions.has(version), `none of ${version}`)
})

for (const name of folders) {
  test(`a store of ${name} is read whole, its audit holds against the checkpoint of its time`, async (t) => {
    const { home, facts } = copyStore(t, name)
    const { checkpoint, fingerprint } = facts.audit
    await withApi(home, async (api) => {
      assert.equal((await api.describeStore({})).schemaVersion, schemaVersion)
      for (const secret of facts.secrets) await assertSecret(api, secret)
      await assert.rejects(api.describeSecret({ secret: 'gone' }))
      assert.deepEqual(await listedKeys(api), keysIn(facts.secrets))
      const component = await api.describeComponent({ type: 'experiment-tracker', component: 'tracker' })
      assert.partialDeepStrictEqual(component, facts.component)
      assert.partialDeepStrictEqual(await api.describeStack({}), facts.stack)
      const run = facts.run.id ?? ''
      assert.partialDeepStrictEqual(await api.describeRun({ run }), facts.run)
      assert.partialDeepStrictEqual((await api.listRunSecrets({ run })).reads, facts.reads)
      const verified = await api.verifyAudit({ checkpoint, fingerprint })
      assert.deepEqual([verified.result, verified.problems], ['authenticated', []])
      assert.ok(verified.events >= facts.audit.events)
    })
  })

  test(`a store of ${name} goes on: it is written, closed and opened again`, async (t) => {
    const { home, facts } = copyStore(t, name)
    await withApi(home, async (api) => {
      await api.updateSecret({ secret: 'crm', scope: 'workspace', values: { password: textValue('third') } })
      await api.updateStackSettings({ stack: 'prod', remove: ['declared-secrets'] })
      await api.createSecret({ name: 'later', values: { a: textValue('b') } })
      await api.deleteSecret({ secret: 'tracking' })
    })
    await withApi(home, async (api) => {
      const listed = await listedKeys(api)
      assert.deepEqual(listed.get('workspace crm'), ['password', 'token', 'user'])
      assert.deepEqual([listed.get('user crm'), listed.get('user later')], [['password'], ['a']])
      const values = { user: 'ada', password: 'third', token: 'ünïcode ✓' }
      await assertSecret(api, { name: 'crm', scope: 'workspace', version: 3, values })
      await assertSecret(api, { name: 'later', scope: 'user', version: 1, values: { a: 'b' } })
      for (const secret of facts.secrets) if (secret.name === 'crm') await assertSecret(api, secret)
      const { checkpoint, fingerprint } = facts.audit
      const verified = await api.verifyAudit({ checkpoint, fingerprint })
      assert.deepEqual([verified.result, verified.problems], ['authenticated', []])
    })
  })

  test(`a store of ${name} has the tables of a new one once it was opened`, async (t) => {
    const { home } = copyStore(t, name)
    const other = temporaryFolder(t)
    for (const each of [home, other]) await withApi(each, (api) => api.describeStore({}))
    assert.deepEqual(schemaOf(home), schemaOf(other))
  })
}
