import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { openSqliteStore } from '../store/sqlite-store.ts'
import { runChild, temporaryFolder, withCode } from '../store/testing.ts'
import { openService } from './open-service.ts'
import type { OpenedService, OpenServiceInput } from './open-service.ts'
import { inFolder } from './testing/in-folder.ts'

const opener = join(import.meta.dirname, 'testing/opener.ts')

async function useOnce(input: OpenServiceInput): Promise<string> {
  const service = await openService(input)
  try {
    return (await service.api.describeStore({})).storeId
  } finally {
    await service.close()
  }
}

test('the first use makes a store that the second use finds', async (t) => {
  const input = inFolder(temporaryFolder(t))
  const storeId = await useOnce(input)
  assert.equal(await useOnce(input), storeId)
  for (const path of [input.storePath, input.rootKeyPath]) assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('six first uses at the same moment make one store', async (t) => {
  for (let round = 0; round < 3; round += 1) {
    const folder = temporaryFolder(t)
    const children = await Promise.all(
      Array.from({ length: 6 }, (_, index) => runChild(opener, [folder, String(index)])),
    )
    for (const { stdout, stderr } of children) assert.match(stdout, /^[0-9a-f-]{36}\n$/, stderr)
    assert.equal(new Set(children.map(({ stdout }) => stdout)).size, 1, 'all answered with one store id')
    const service = await openService(inFolder(folder))
    t.after(() => service.close())
    assert.equal((await service.api.listSecrets({})).items.length, 6)
    assert.deepEqual(readdirSync(join(folder, 'state')), ['root.key'])
  }
})

test('an existing store never gets another key: without or with a wrong one it says so and stays as it is', async (t) => {
  const input = inFolder(temporaryFolder(t))
  await useOnce(input)
  const bytes = readFileSync(input.storePath)
  const key = readFileSync(input.rootKeyPath)
  rmSync(input.rootKeyPath)
  await assert.rejects(openService(input), withCode('key_missing'))
  assert.equal(existsSync(input.rootKeyPath), false)
  await assert.rejects(openService({ ...input, env: { SOTTO_ROOT_KEY: 'ab'.repeat(32) } }), withCode('key_wrong'))
  assert.deepEqual(readFileSync(input.storePath), bytes)
  writeFileSync(input.rootKeyPath, key, { mode: 0o600 })
  await useOnce(input)
})

test('a missing key file that somebody named leaves no store behind', async (t) => {
  const input = inFolder(temporaryFolder(t), { env: { SOTTO_ROOT_KEY_FILE: '/nowhere/root.key' } })
  await assert.rejects(openService(input), withCode('key_missing'))
  assert.equal(existsSync(input.storePath), false)
})

test('a first use that was killed before its commit is made good by the next', async (t) => {
  const input = inFolder(temporaryFolder(t))
  mkdirSync(join(input.storePath, '..'), { recursive: true, mode: 0o700 })
  writeFileSync(input.storePath, '', { mode: 0o600 })
  await useOnce(input)

  // A file that is already SQLite's but has no table yet.
  const second = inFolder(temporaryFolder(t))
  const store = await openSqliteStore({ path: second.storePath })
  await store.close()
  await useOnce(second)
})

test('refuses the store of a newer Sotto', async (t) => {
  const input = inFolder(temporaryFolder(t))
  await useOnce(input)
  const other = new DatabaseSync(input.storePath)
  other.exec('UPDATE schema_version SET version = 9999')
  other.close()
  await assert.rejects(openService(input), withCode('store_newer'))
})

test('refuses a keyring that was put beside other facts, or taken away', async (t) => {
  const input = inFolder(temporaryFolder(t))
  await useOnce(input)
  const other = new DatabaseSync(input.storePath)
  other.exec('UPDATE keyring SET generation = 2')
  await assert.rejects(openService(input), withCode('keyring_corrupt'))
  other.exec('UPDATE keyring SET generation = 1, blob = zeroblob(300)')
  await assert.rejects(openService(input), withCode('keyring_corrupt'))
  other.exec('DELETE FROM keyring')
  await assert.rejects(openService(input), withCode('store_corrupt'))
  other.close()
})

test('a store that is open refuses a keyring of an older state', async (t) => {
  const input = inFolder(temporaryFolder(t))
  const service: OpenedService = await openService(input)
  t.after(() => service.close())
  const other = new DatabaseSync(input.storePath)
  other.exec('UPDATE keyring SET generation = 0')
  other.close()
  await assert.rejects(service.api.listSecrets({}), withCode('keyring_corrupt'))
})
