/** What a restore does about keys, and about copies of itself that a kill leaves. Method: real stores, one open all the time. */
import assert from 'node:assert/strict'
import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { changeKeys } from '../testing/key-changes.ts'
import { withCode } from '../testing.ts'
import { restoreStore } from './restore-store.ts'
import { listSetAside } from './set-aside.ts'
import { audit, Home, read, write } from './testing.ts'

/** An id of a process that is not there. */
const deadPid = 2 ** 22 + 1

test('a process that is open over a restore to older keys goes on, whatever was changed in between', async (t) => {
  for (const changes of [['rotate'], ['rotate', 'rewrap', 'change-root'], ['compromised', 'rotate']] as const) {
    const home = new Home(t)
    const file = join(home.folder, '..', 'b.stb')
    const [other, changer] = [await home.open(), await home.open()]
    await write(other.api, 'crm', 'one')
    await other.api.createBackup({ file })
    for (const change of changes) {
      if (change === 'change-root') await changer.api.changeRoot({ keepOldKey: true })
      else if (change === 'compromised') await changer.api.changeRoot({ compromised: true, keepOldKey: true })
      else await changeKeys(changer.api, change)
    }
    await write(other.api, 'crm', 'two')
    const { generation } = await other.api.describeKeys({})
    const { formerKeyFile } = await home.restore(file)
    assert.equal(formerKeyFile !== undefined, !changes.every((change) => change === 'rotate'), changes.join())
    for (const { api } of [other, changer]) {
      assert.equal(await read(api, 'crm'), 'one', changes.join())
      assert.equal((await api.describeKeys({})).generation, generation + 1)
    }
    await write(other.api, 'crm', 'three')
    await changer.api.rotateKeys({})
    assert.equal(await read(other.api, 'crm'), 'three')
    assert.deepEqual((await other.api.verifyAudit({})).problems, [])
    await other.close()
    await changer.close()
    assert.equal(await home.using((api) => read(api, 'crm')), 'three', 'a new process finds the root key in its place')
  }
})

test('what was set aside opens with the root key of then, which is kept beside the one of the backup', async (t) => {
  const home = new Home(t)
  const file = join(home.folder, '..', 'b.stb')
  await home.using(async (api) => {
    await write(api, 'crm', 'one')
    await api.createBackup({ file })
    await api.changeRoot({ keepOldKey: true })
    await write(api, 'crm', 'two')
  })
  const { formerKeyFile = '', setAside = '' } = await home.restore(file)
  const keys = readdirSync(home.folder).filter((name) => name.startsWith('root.key'))
  assert.equal(keys.length, 2, keys.join())
  const aside = new Home(t, 'aside')
  copyFileSync(setAside, aside.storePath)
  copyFileSync(formerKeyFile, join(aside.folder, 'root.key'))
  assert.equal(await aside.using((api) => read(api, 'crm')), 'two')
  // And back again, by a backup of that state.
  const later = join(home.folder, '..', 'later.stb')
  await aside.using((api) => api.createBackup({ file: later }))
  await home.restore(later)
  assert.equal(await home.using((api) => read(api, 'crm')), 'two')
  assert.deepEqual((await audit(home)).problems, [])
})

test('a backup whose root key is nowhere is refused, also when it goes while the backup is checked', async (t) => {
  const home = new Home(t)
  const file = join(home.folder, '..', 'b.stb')
  await home.using(async (api) => {
    await write(api, 'crm', 'one')
    await api.createBackup({ file })
  })
  const [path, hidden] = [join(home.folder, 'root.key'), join(home.folder, '..', 'hidden')]
  const { storePath, logsFolder, places: keyPlaces } = home
  const clock = (): number => {
    renameSync(path, hidden) // as a change of the root key does, which has its turn before the restore has the lock
    return Date.now()
  }
  const input = { file, storePath, logsFolder, keyPlaces, checkpoint: undefined, osUser: 'tester', clock }
  const before = readFileSync(storePath)
  await assert.rejects(restoreStore(input), withCode('keyring_conflict'))
  assert.deepEqual(readFileSync(storePath), before)
  assert.ok(!readdirSync(home.folder).some((name) => name.includes('before-restore')))
  renameSync(hidden, path)
  await home.using(async (api) => {
    await api.changeRoot({ keepOldKey: false })
  })
  await assert.rejects(home.restore(file), withCode('key_wrong'))
})

test('of what a killed restore has set aside, the next one removes what the store has, and keeps what it has not', async (t) => {
  const home = new Home(t)
  const file = join(home.folder, '..', 'b.stb')
  await home.using(async (api) => {
    await write(api, 'crm', 'one')
    await api.createBackup({ file })
    await write(api, 'crm', 'two')
  })
  const before = `${home.storePath}.before-restore-20260101T000000.000Z`
  copyFileSync(home.storePath, `${before}.${String(deadPid)}.part`) // killed before its commit
  const cut = `${home.storePath}.before-restore-20260102T000000.000Z.${String(deadPid)}.part`
  writeFileSync(cut, 'SQLite for')
  writeFileSync(`${cut}-journal`, 'of SQLite, which was killed while it copied')
  assert.deepEqual(
    listSetAside(home.storePath).filter(({ path }) => path.endsWith('-journal')),
    [],
  )
  await home.using((api) => write(api, 'crm', 'three'))
  const { setAside = '' } = await home.restore(file)
  const left = (): string[] => readdirSync(home.folder).filter((name) => name.includes('before-restore'))
  assert.deepEqual(
    left().map((name) => join(home.folder, name)),
    [setAside],
  )
  renameSync(setAside, `${setAside}.${String(deadPid)}.part`) // killed behind its commit
  const second = await home.restore(file)
  assert.ok(existsSync(setAside), 'it is all there is of that state')
  assert.equal(left().length, 2)
  rmSync(second.setAside ?? '')
})
