/** Files at the edge: no room, no handles, a log that is damaged or of another database. The store stays as it was. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { emptyHome } from '../support/sotto.ts'
import type { Home } from '../support/sotto.ts'

async function ok(home: Home, line: string): Promise<string> {
  const { status, stdout, stderr } = await home.shell(line)
  assert.equal(status, 0, `${line}: ${stderr}`)
  return stdout
}

async function filledHome(home: Home): Promise<string> {
  await ok(home, 'sotto secret create crm --key=one')
  await ok(home, 'sotto backup create b.stb')
  await ok(home, 'sotto secret update crm --key=two')
  return home.env['SOTTO_HOME'] ?? ''
}

function namesIn(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => /restor|\.tmp/.test(name))
}

test('a disk without room ends a backup and a restore with a word, and leaves nothing of them', async () => {
  await using home = await emptyHome()
  const store = await filledHome(home)
  // In blocks of 512 bytes: room for the store, but not for the backup, which is larger, nor for the log of a restore.
  const limit = `ulimit -f ${String(Math.floor(statSync(path.join(home.work, 'b.stb')).size / 512))}`
  const backup = await home.shell(`${limit}; sotto backup create c.stb`)
  assert.equal(backup.status, 2, backup.stderr)
  assert.match(backup.stderr, /cannot be written|no space is left/)
  assert.deepEqual(namesIn(home.work), [])
  assert.equal(existsSync(path.join(home.work, 'c.stb')), false)
  const restore = await home.shell(`${limit}; sotto backup restore b.stb --yes`)
  assert.notEqual(restore.status, 0)
  assert.match(restore.stderr, /cannot be written|no space is left|could not be written/)
  assert.deepEqual(namesIn(store), [])
  assert.equal((await ok(home, 'sotto secret get crm key')).trim(), 'two')
  await ok(home, 'sotto audit verify')
  await ok(home, 'sotto backup restore b.stb --yes')
  assert.equal((await ok(home, 'sotto secret get crm key')).trim(), 'one')
})

test('without handles for files a command fails as a whole, and the next one works', async () => {
  await using home = await emptyHome()
  await filledHome(home)
  let refused = 0
  for (const handles of [18, 20, 22, 24, 26, 30]) {
    const line = `ulimit -n ${String(handles)}; sotto secret update crm --key=three`
    const { status, stderr } = await home.shell(line)
    assert.doesNotMatch(stderr, /three/)
    if (status !== 0) refused += 1
    assert.match(await ok(home, 'sotto secret get crm key'), /^(two|three)\n?$/)
  }
  assert.ok(refused > 0, 'none was short of handles')
  await ok(home, 'sotto audit verify')
})

test('a log of SQLite that is damaged or of another database loses at most what was not yet in the file', async () => {
  await using home = await emptyHome()
  await using other = await emptyHome()
  const [store, foreign] = [await filledHome(home), await filledHome(other)]
  const wal = (folder: string): string => path.join(folder, 'store.db-wal')
  await ok(other, 'sotto secret update crm --key=foreign')
  await ok(home, 'sotto secret update crm --key=three')
  assert.ok(existsSync(wal(store)) && existsSync(wal(foreign)), 'a command leaves its log to the next one')
  const whole = readFileSync(wal(store))
  for (const bad of [
    whole.subarray(0, whole.length - 1000),
    Buffer.from(whole).fill(0x55, 100, 2000),
    Buffer.alloc(whole.length, 0x55),
  ]) {
    rmSync(wal(store), { force: true })
    rmSync(path.join(store, 'store.db-shm'), { force: true })
    writeFileSync(wal(store), bad, { mode: 0o600 })
    const { status, stdout, stderr } = await home.shell('sotto secret get crm key')
    // What a short log holds was never copied into the file; the state before it is whole.
    if (status === 0) assert.match(stdout, /^(one|two|three)\n?$/)
    else assert.match(stderr, /^(sotto: )?(error: )?.*(store|audit)/)
  }
  // SQLite's log does not say whose it is: what was mixed up that way must never open as if it were whole.
  rmSync(path.join(store, 'store.db-shm'), { force: true })
  writeFileSync(wal(store), readFileSync(wal(foreign)), { mode: 0o600 })
  const { stdout } = await home.shell('sotto secret get crm key')
  assert.doesNotMatch(stdout, /foreign/)
  await ok(home, 'sotto backup restore b.stb --yes')
  assert.equal((await ok(home, 'sotto secret get crm key')).trim(), 'one')
  await ok(home, 'sotto audit verify')
})
