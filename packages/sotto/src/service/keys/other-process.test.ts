/** What another process sees while the keys are changed: services of their own on one file, as two processes have them. */
import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { isSottoError, textValue } from '@sotto/sdk/model'
import type { Api } from '@sotto/sdk/model'
import { temporaryFolder } from '../../store/testing.ts'
import { openService } from '../open-service.ts'
import type { OpenedService } from '../open-service.ts'
import { changeKeys } from '../testing/key-changes.ts'
import { withCode } from '../testing.ts'

type Environment = Readonly<Record<string, string>>

async function open(t: TestContext, folder: string, env: Environment = {}): Promise<OpenedService> {
  const service = await openService({
    env,
    storePath: join(folder, 'store.db'),
    rootKeyPath: join(folder, 'root.key'),
    logsFolder: join(folder, 'logs'),
    flavors: [],
    osUser: 'tester',
  })
  t.after(() => service.close())
  return service
}

async function valueOf(api: Api, secret = 's'): Promise<string | undefined> {
  const [resolved] = (await api.resolveSecrets({ items: [{ secret }] })).secrets
  return resolved?.unchanged === false ? resolved.values['k']?.data : undefined
}

test('others read and write while keys are rotated, rewrapped and replaced', async (t) => {
  const folder = temporaryFolder(t)
  const one = await open(t, folder)
  for (let index = 0; index < 40; index++)
    await one.api.createSecret({ name: `s${String(index)}`, values: { k: textValue(`v${String(index)}`) } })
  const other = await open(t, folder)
  const change = new AbortController()
  let reads = 0
  const reading = (async () => {
    while (!change.signal.aborted) {
      const index = reads % 40
      assert.equal(await valueOf(other.api, `s${String(index)}`), `v${String(index)}`)
      await other.api.setSecrets({ secrets: [{ name: 'written', values: { k: textValue(String(reads)) } }] })
      reads += 1
    }
  })()
  for (const name of ['rotate', 'rewrap', 'change-root', 'rotate', 'rewrap', 'compromised'] as const)
    await changeKeys(one.api, name)
  change.abort()
  await reading
  assert.ok(reads > 10, `${String(reads)} reads`)
  assert.equal(await valueOf(one.api, 'written'), String(reads - 1))
  assert.equal((await other.api.verifyAudit({})).result, 'consistent, not authenticated')
})

test('two processes that rotate at once make two keys, or one of them is told', async (t) => {
  const folder = temporaryFolder(t)
  const [one, other] = [await open(t, folder), await open(t, folder)]
  const { generation } = await one.api.describeKeys({})
  const told = await Promise.allSettled([one, other].map(({ api }) => api.rotateKeys({ expectGeneration: generation })))
  assert.deepEqual(told.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
  await Promise.all([one, other].map(({ api }) => api.rotateKeys({})))
  assert.equal((await one.api.describeKeys({})).dataKeys.length, 4)
  await Promise.all([one, other].map(({ api }) => api.changeRoot({})))
  await one.api.createSecret({ name: 's', values: { k: textValue('v') } })
  assert.equal(await valueOf(other.api), 'v')
  assert.equal(await valueOf((await open(t, folder)).api), 'v')
})

test('a process that holds a key which opens nothing any more is told so, and changes nothing', async (t) => {
  const folder = temporaryFolder(t)
  const one = await open(t, folder, { SOTTO_PASSPHRASE: 'correct horse battery' })
  await one.api.createSecret({ name: 's', values: { k: textValue('v') } })
  const other = await open(t, folder, { SOTTO_PASSPHRASE: 'correct horse battery' })
  await one.api.changeRoot({ to: 'passphrase', passphrase: 'another horse battery' })
  assert.equal(await valueOf(one.api), 'v')
  await assert.rejects(valueOf(other.api), (error: unknown) => {
    assert.ok(isSottoError(error, 'key_wrong'))
    assert.match(
      error.message,
      /was changed while this process was running: it holds [0-9a-f]{16}, from SOTTO_PASSPHRASE/,
    )
    assert.match(error.hint ?? '', /where SOTTO_PASSPHRASE is set, and start this process again/)
    return true
  })
  await assert.rejects(open(t, folder, { SOTTO_PASSPHRASE: 'correct horse battery' }), withCode('key_wrong'))
  await assert.rejects(open(t, folder), withCode('key_missing'))
  assert.equal(await valueOf((await open(t, folder, { SOTTO_PASSPHRASE: 'another horse battery' })).api), 'v')
})

test('two first uses with a passphrase at the same moment make one store', async (t) => {
  const folder = temporaryFolder(t)
  const env = { SOTTO_PASSPHRASE: 'correct horse battery' }
  const services = await Promise.all([1, 2, 3].map(() => open(t, folder, env)))
  const ids = await Promise.all(services.map(async ({ api }) => (await api.describeStore({})).storeId))
  assert.equal(new Set(ids).size, 1)
})

test('a store is not led to a passphrase by slots that somebody wrote into the database', async (t) => {
  const folder = temporaryFolder(t)
  const one = await open(t, folder)
  await one.api.createRecovery({})
  for (const env of [{ SOTTO_PASSPHRASE: 'correct horse battery' }, { SOTTO_RECOVERY_CODE: 'not a code' }]) {
    const refused = open(t, folder, env)
    await assert.rejects(refused, (error: unknown) =>
      withCode('SOTTO_PASSPHRASE' in env ? 'key_wrong' : 'key_malformed')(error),
    )
  }
  await assert.rejects(open(t, join(folder, 'other'), { SOTTO_RECOVERY_CODE: 'x' }), withCode('key_missing'))
})

test("another store's key in the place of the new one is not replaced", async (t) => {
  const folder = temporaryFolder(t)
  const key = '5a'.repeat(32)
  const one = await open(t, folder, { SOTTO_ROOT_KEY: key })
  writeFileSync(join(folder, 'root.key'), '6b'.repeat(32), { mode: 0o600 })
  await assert.rejects(one.api.changeRoot({ to: 'file' }), withCode('file_exists'))
  await one.api.createSecret({ name: 's', values: { k: textValue('v') } })
  assert.equal(readFileSync(join(folder, 'root.key'), 'utf8'), '6b'.repeat(32))
  rmSync(join(folder, 'root.key'))
  await one.api.changeRoot({ to: 'file' })
  assert.equal(await valueOf((await open(t, folder)).api), 'v')
})
