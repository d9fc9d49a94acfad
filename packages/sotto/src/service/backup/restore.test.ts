import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { withCode } from '../testing.ts'
import { audit, Home, read, write } from './testing.ts'

test('a backup is a private file without the root key, and a bare machine with both comes back whole', async (t) => {
  const home = new Home(t)
  const file = join(home.folder, '..', 'b.stb')
  const run = '0193a5c0-0000-7000-8000-000000000000'
  mkdirSync(home.logsFolder, { mode: 0o700 })
  writeFileSync(join(home.logsFolder, `${run}.log`), 'output')
  await home.using(async (api) => {
    await write(api, 'crm', 'one')
    await write(api, 'crm', 'two')
    const backup = await api.createBackup({ file, logs: true })
    assert.deepEqual([backup.file, backup.logs, backup.sizeBytes], [file, 1, statSync(file).size])
  })
  assert.equal(statSync(file).mode & 0o777, 0o600)
  const rootKey = readFileSync(join(home.folder, 'root.key'), 'utf8').trim()
  assert.ok(!readFileSync(file).includes(rootKey) && !readFileSync(file).includes(Buffer.from(rootKey, 'hex')))
  const bare = new Home(t, 'bare')
  await assert.rejects(bare.restore(file), withCode('key_missing'))
  assert.deepEqual([...bare.files().keys()], [])
  bare.takeKeyOf(home)
  const restored = await bare.restore(file)
  assert.deepEqual([restored.values, restored.setAside, restored.logs, restored.epoch], [2, undefined, 1, 2])
  assert.equal(await bare.using((api) => read(api, 'crm')), 'two')
  assert.equal(readFileSync(join(bare.logsFolder, `${run}.log`), 'utf8'), 'output')
  assert.deepEqual((await audit(bare)).problems, [])
  assert.equal(statSync(bare.storePath).mode & 0o777, 0o600)
})

test('nothing but a backup is ever replaced, and only when that is asked for', async (t) => {
  const home = new Home(t)
  const beside = join(home.folder, '..')
  await home.using(async (api) => {
    const refused = async (file: string, code: Parameters<typeof withCode>[0], replace = true): Promise<void> => {
      await assert.rejects(api.createBackup({ file, replace }), withCode(code))
    }
    for (const end of ['', '-wal', '-shm', '-journal', '.x']) await refused(`${home.storePath}${end}`, 'input_invalid')
    await refused('relative', 'input_invalid')
    await refused(join(home.folder, 'root.key'), 'file_exists')
    await refused(beside, 'file_exists')
    await refused(join(beside, 'nowhere', 'b'), 'file_unreadable')
    const { symlinkSync } = await import('node:fs')
    symlinkSync(join(home.folder, 'root.key'), join(beside, 'link'))
    symlinkSync(home.folder, join(beside, 'folder'))
    await refused(join(beside, 'link'), 'file_exists')
    await refused(join(beside, 'folder', 'store.db'), 'input_invalid')
    const file = join(beside, 'b.stb')
    await api.createBackup({ file })
    const first = readFileSync(file)
    await refused(file, 'file_exists', false)
    assert.deepEqual(readFileSync(file), first)
    await api.createBackup({ file, replace: true })
    assert.notDeepEqual(readFileSync(file), first)
    assert.deepEqual(
      readdirSync(beside).filter((name) => name.endsWith('.tmp') || name.includes('.db')),
      [],
    )
    assert.equal((await api.listAudit({ operation: 'createBackup', outcome: 'done' })).items.length, 2)
  })
})

test('a restore takes the store back, sets the state before aside, and is found by whoever has the store open', async (t) => {
  const home = new Home(t)
  const file = join(home.folder, '..', 'b.stb')
  const other = await home.open()
  t.after(() => other.close())
  await write(other.api, 'crm', 'one')
  await other.api.createBackup({ file })
  await write(other.api, 'crm', 'two')
  await write(other.api, 'late', 'x')
  const { setAside = '' } = await home.restore(file)
  assert.equal(await read(other.api, 'crm'), 'one')
  await assert.rejects(read(other.api, 'late'), withCode('secret_not_found'))
  await write(other.api, 'crm', 'three')
  assert.equal(await home.using((api) => read(api, 'crm')), 'three')
  assert.deepEqual((await other.api.verifyAudit({})).problems, [])
  assert.equal(statSync(setAside).mode & 0o777, 0o600)
  const aside = new Home(t, 'aside')
  aside.takeKeyOf(home)
  copyFileSync(setAside, aside.storePath)
  assert.equal(await aside.using((api) => read(api, 'late')), 'x')
  assert.deepEqual((await audit(aside)).problems, [])
})

test('what is damaged, foreign or of another key is refused, and nothing is touched', async (t) => {
  const home = new Home(t)
  const [file, bad] = [join(home.folder, '..', 'b.stb'), join(home.folder, '..', 'bad')]
  await home.using(async (api) => {
    await write(api, 'crm', 'one')
    await api.createBackup({ file })
  })
  const whole = readFileSync(file)
  const before = home.files()
  const refuses = async (bytes: Uint8Array, code: Parameters<typeof withCode>[0]): Promise<void> => {
    writeFileSync(bad, bytes)
    await assert.rejects(home.restore(bad), withCode(code))
    await assert.rejects(home.verify(bad), withCode(code))
    assert.deepEqual(home.files(), before)
  }
  for (const size of [0, 3, 8, 100, whole.length - 1]) await refuses(whole.subarray(0, size), 'backup_corrupt')
  await refuses(Buffer.concat([whole, Buffer.of(0)]), 'backup_corrupt')
  await refuses(Buffer.from('not a backup at all'), 'backup_corrupt')
  await refuses(Buffer.concat([Buffer.from('STB2'), whole.subarray(4)]), 'backup_newer')
  const headerSize = whole.readUInt32BE(4)
  const header = whole.toString('utf8', 8, 8 + headerSize)
  const withHeader = (text: string): Buffer => {
    const size = Buffer.alloc(4)
    size.writeUInt32BE(Buffer.byteLength(text))
    return Buffer.concat([Buffer.from('STB1'), size, Buffer.from(text), whole.subarray(8 + headerSize)])
  }
  await refuses(withHeader(header.replace(/"schemaVersion":\d+/, '"schemaVersion":999')), 'backup_newer')
  await refuses(withHeader(header.replace(/"sequence":\d+/, '"sequence":1')), 'backup_corrupt')
  for (let at = 8; at < whole.length; at += Math.ceil(whole.length / 60)) {
    const flipped = Buffer.from(whole)
    flipped[at] = (flipped[at] ?? 0) ^ 1
    writeFileSync(bad, flipped)
    await assert.rejects(home.restore(bad), (error: unknown) => withCode('backup_corrupt')(error))
    assert.deepEqual(home.files(), before)
  }
  const foreign = new Home(t, 'foreign')
  await foreign.using((api) => write(api, 'crm', 'x'))
  await assert.rejects(foreign.restore(file), withCode('key_wrong'))
  foreign.takeKeyOf(home)
  await assert.rejects(foreign.restore(file), withCode('backup_foreign'))
  assert.deepEqual(
    [...foreign.files().keys()].filter((name) => name.includes('restor')),
    [],
  )
})

test('a store that is no longer readable is moved away, and comes back', async (t) => {
  for (const damage of ['nothing of it is left', 'a page in the middle']) {
    const home = new Home(t)
    const file = join(home.folder, '..', 'b.stb')
    await home.using(async (api) => {
      await write(api, 'crm', 'one')
      await api.createBackup({ file })
    })
    const bytes = readFileSync(home.storePath)
    bytes.fill(0x55, damage.startsWith('a page') ? 4096 : 0)
    writeFileSync(home.storePath, bytes)
    const { setAside = '' } = await home.restore(file)
    assert.ok(existsSync(setAside))
    assert.equal(await home.using((api) => read(api, 'crm')), 'one')
  }
})

test('a checkpoint from before an honest restore holds, of what is there still and of what was given up', async (t) => {
  const home = new Home(t)
  const file = join(home.folder, '..', 'b.stb')
  await home.using((api) => write(api, 'crm', 'one'))
  const { checkpoint: early } = await audit(home)
  await home.using((api) => api.createBackup({ file }))
  await home.using((api) => write(api, 'crm', 'two'))
  const { checkpoint: late } = await audit(home)
  const old = readFileSync(home.storePath)
  await home.restore(file)
  await home.using((api) => write(api, 'crm', 'three'))
  for (const kept of [early, late]) {
    const { result, problems } = await audit(home, kept)
    assert.deepEqual([result, problems], ['authenticated', []])
  }
  const { checkpoint: now } = await audit(home)
  await home.restore(file)
  assert.equal((await audit(home, now)).result, 'authenticated', 'a second restore gives up what the first one began')
  // Whoever has no key can put the old file back, and the checkpoint shows it.
  const { checkpoint } = await audit(home)
  writeFileSync(home.storePath, old)
  assert.equal((await audit(home, checkpoint)).result, 'broken')
})

test('events of the epoch before are as guarded as those of the present one', async (t) => {
  const home = new Home(t)
  const file = join(home.folder, '..', 'b.stb')
  await home.using(async (api) => {
    await write(api, 'crm', 'one')
    await api.createBackup({ file })
  })
  const { checkpoint: kept } = await audit(home)
  await home.restore(file)
  for (const sql of [
    "UPDATE audit_event SET os_user = 'nobody' WHERE sequence = 2",
    'DELETE FROM audit_event WHERE sequence = 2',
    'DELETE FROM audit_event WHERE epoch = 1',
    `DELETE FROM audit_event WHERE epoch = 1 AND sequence >= ${String(kept.sequence)}`,
    "UPDATE audit_event SET detail = replace(detail, 'behind', 'before') WHERE operation = 'restoreStore'",
    "UPDATE preference SET value = 'x'",
  ]) {
    const copy = new Home(t, 'copy')
    copy.takeKeyOf(home)
    copyFileSync(home.storePath, copy.storePath)
    using db = new DatabaseSync(copy.storePath)
    db.exec(sql)
    assert.equal((await audit(copy)).result, 'broken', sql)
  }
  const bare = new Home(t, 'bare')
  bare.takeKeyOf(home)
  const { epoch } = await bare.restore(file, { epoch: 7, sequence: 100, head: 'a'.repeat(64) })
  assert.equal(epoch, 8, 'behind a checkpoint that somebody kept')
})
