import assert from 'node:assert/strict'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { isSottoError } from '@sotto/sdk/model'
import { testStore } from './conformance.ts'
import type { SqliteConnection } from './sqlite-connection.ts'
import { openSqliteStore } from './sqlite-store.ts'
import type { Store } from './store.ts'
import { makeStoreFolder } from './store-file.ts'
import { runChild, temporaryFolder, withCode } from './testing.ts'

const writer = join(import.meta.dirname, 'testing/writer.ts')

async function openEmpty(t: TestContext, path = join(temporaryFolder(t), 'store.db')): Promise<Store> {
  const store = await openSqliteStore({ path })
  t.after(() => store.close())
  return store
}

testStore('SQLite', (t) => openEmpty(t))

async function makeTable(store: Store): Promise<void> {
  await store.transaction((tx) => tx.define('CREATE TABLE item (\n  id TEXT PRIMARY KEY\n);'))
}

function insert(store: Store, id: string): Promise<number> {
  return store.transaction((tx) => tx.run('INSERT INTO item (id) VALUES ($1)', [id]))
}

test('makes all files for the owner alone, whatever the umask', async (t) => {
  const before = process.umask(0)
  t.after(() => process.umask(before))
  const folder = join(temporaryFolder(t), 'deep/er')
  const store = await openEmpty(t, join(folder, 'store.db'))
  await makeTable(store)
  await insert(store, 'a')
  assert.deepEqual(readdirSync(folder).toSorted(), ['store.db', 'store.db-shm', 'store.db-wal'])
  for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name)
  assert.equal(statSync(folder).mode & 0o777, 0o700)
})

test('refuses files that other users may open, and folders that they may write', async (t) => {
  const path = join(temporaryFolder(t), 'store.db')
  writeFileSync(path, '', { mode: 0o600 })
  chmodSync(path, 0o640)
  await assert.rejects(openSqliteStore({ path }), withCode('store_insecure'))
  const folder = join(temporaryFolder(t), 'open')
  mkdirSync(folder)
  for (const mode of [0o777, 0o775, 0o1777, 0o2770]) {
    chmodSync(folder, mode)
    await assert.rejects(
      openSqliteStore({ path: join(folder, 'store.db') }),
      (error: unknown) =>
        isSottoError(error, 'store_insecure') && error.hint?.startsWith(`chmod go-w ${folder}`) === true,
      mode.toString(8),
    )
  }
  chmodSync(folder, 0o755)
  mkdirSync(join(folder, 'folder.db'))
  await assert.rejects(openSqliteStore({ path: join(folder, 'folder.db') }), withCode('store_corrupt'))
  symlinkSync(join(folder, 'nowhere', 'x.db'), join(folder, 'link.db'))
  await assert.rejects(openSqliteStore({ path: join(folder, 'link.db') }), withCode('store_unwritable'))
})

test(
  'refuses a network file system',
  { skip: process.platform !== 'linux' && 'the numbers are those of Linux' },
  (t) => {
    const path = join(temporaryFolder(t), 'store.db')
    assert.throws(() => makeStoreFolder(path, () => 0x6969), withCode('store_unwritable'))
    makeStoreFolder(path, () => 0xef53)
  },
)

test('refuses a file of something else, and changes nothing in it', async (t) => {
  const folder = temporaryFolder(t)
  const noise = join(folder, 'noise.db')
  writeFileSync(noise, 'not a database at all '.repeat(500), { mode: 0o600 })
  await assert.rejects(openSqliteStore({ path: noise }), withCode('store_corrupt'))
  assert.equal(readFileSync(noise, 'utf8'), 'not a database at all '.repeat(500))

  const foreign = join(folder, 'foreign.db')
  const other = new DatabaseSync(foreign)
  other.exec('CREATE TABLE theirs (id TEXT)')
  other.close()
  chmodSync(foreign, 0o600)
  const bytes = readFileSync(foreign)
  await assert.rejects(openSqliteStore({ path: foreign }), withCode('store_corrupt'))
  assert.deepEqual(readFileSync(foreign), bytes)
})

test('says that a cut-off file is damaged', async (t) => {
  const path = join(temporaryFolder(t), 'store.db')
  const store = await openSqliteStore({ path })
  await makeTable(store)
  for (let index = 0; index < 200; index += 1) await insert(store, `${String(index)} ${'x'.repeat(400)}`)
  await store.close()
  truncateSync(path, 8192)
  const cut = await openEmpty(t, path).catch((error: unknown) => error)
  if (cut instanceof Error) assert.ok(isSottoError(cut, 'store_corrupt'))
  else
    await assert.rejects(
      (cut as Store).transaction((tx) => tx.all('SELECT * FROM item')),
      withCode('store_corrupt'),
    ) // else it is a store
})

test('waits for another process with the event loop running, then says who is in the way', async (t) => {
  const path = join(temporaryFolder(t), 'store.db')
  const store = await openSqliteStore({ path, busyLimitMs: 150 })
  t.after(() => store.close())
  await makeTable(store)
  const other = new DatabaseSync(path)
  t.after(() => other.close())
  other.exec('BEGIN IMMEDIATE')
  let turns = 0
  const timer = setInterval(() => (turns += 1), 5)
  await assert.rejects(insert(store, 'a'), withCode('store_busy'))
  assert.ok(turns > 5, `the event loop turned ${String(turns)} times`)
  const waiting = insert(store, 'b')
  setTimeout(() => other.exec('COMMIT'), 40)
  assert.equal(await waiting, 1)
  clearInterval(timer)
})

test('fails a work that awaits something else than its transaction, and goes on', async (t) => {
  const store = await openEmpty(t)
  await makeTable(store)
  const strange = (id: string): Promise<void> =>
    store.transaction(async (tx) => {
      await tx.run('INSERT INTO item (id) VALUES ($1)', [id])
      await new Promise((resolve) => setTimeout(resolve, 60_000).unref())
    })
  const results = await Promise.allSettled([strange('a'), strange('b'), insert(store, 'good')])
  assert.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'rejected', 'fulfilled'],
  )
  assert.match(String(results[0].status === 'rejected' && results[0].reason), /awaited something else/)
  assert.deepEqual(
    (await store.transaction((tx) => tx.all('SELECT id FROM item'))).map(({ id }) => id),
    ['good'],
  )
})

test('fails every work of a batch that finds no space, loses nothing of before, and works again with space', async (t) => {
  let connection: SqliteConnection | undefined
  let pages = 12
  const prepare = (opened: SqliteConnection): void => {
    connection = opened
    opened.run(`PRAGMA max_page_count = ${String(pages)}`, [])
  }
  const store = await openSqliteStore({ path: join(temporaryFolder(t), 'store.db'), prepare })
  t.after(() => store.close())
  await makeTable(store)
  await insert(store, 'before')
  const works = Array.from({ length: 40 }, (_, index) => insert(store, `${String(index)} ${'x'.repeat(2000)}`))
  const results = await Promise.allSettled(works)
  const codes = results.map((result) =>
    result.status === 'rejected' && isSottoError(result.reason) ? result.reason.code : 'done',
  )
  assert.ok(codes.includes('store_unwritable'))
  const kept = (await store.transaction((tx) => tx.all('SELECT id FROM item'))).length
  assert.equal(kept, 1 + codes.filter((code) => code === 'done').length, 'exactly what was acknowledged is there')
  pages = 1000
  connection?.run('PRAGMA max_page_count = 1000', [])
  assert.equal(await insert(store, `after ${'x'.repeat(2000)}`), 1)
})

test('a commit that the disk refuses fails its works; everything acknowledged is there afterwards', async (t) => {
  const path = join(temporaryFolder(t), 'store.db')
  // A limit on the size of files makes the write of the commit itself fail, as a full disk does.
  const shell = `trap '' XFSZ; ulimit -f 300; exec "$@"`
  const child = await runChild(writer, [path, 'w', '2000', '1000'], { shell })
  assert.equal(child.code, 0, child.stderr)
  const lines = child.stdout.trim().split('\n')
  const acknowledged = lines.filter((line) => line.startsWith('w '))
  assert.ok(lines.includes('error store_unwritable'), lines.slice(-3).join('; '))
  assert.ok(acknowledged.length > 10 && acknowledged.length < 2000)
  assert.equal(lines.at(-1), `count ${String(acknowledged.length)}`)
  const store = await openEmpty(t, path)
  const rows = await store.transaction((tx) => tx.all('SELECT id FROM item'))
  assert.deepEqual(new Set(rows.map(({ id }) => id)), new Set(acknowledged))
  assert.equal(await insertContent(store), 1)
})

function insertContent(store: Store): Promise<number> {
  return store.transaction((tx) => tx.run("INSERT INTO item (id, content) VALUES ('after', '')"))
}

test('several processes write one file without an error', async (t) => {
  const path = join(temporaryFolder(t), 'store.db')
  const children = await Promise.all(
    Array.from({ length: 4 }, (_, index) => runChild(writer, [path, `p${String(index)}`, '150'])),
  )
  for (const { stdout, stderr } of children) {
    assert.equal(
      stdout.split('\n').filter((line) => line.startsWith('p')).length,
      150,
      `${stdout.slice(-100)} ${stderr}`,
    )
  }
  const store = await openEmpty(t, path)
  assert.equal((await store.transaction((tx) => tx.get('SELECT count(*) AS count FROM item')))?.['count'], 600)
})

test('says that remembered rows may have changed when another connection commits', async (t) => {
  const itemA = { table: 'item', condition: 'id = $1', params: ['a'] }
  const path = join(temporaryFolder(t), 'store.db')
  const store = await openEmpty(t, path)
  await makeTable(store)
  await store.transaction(async (tx) => tx.remember(itemA, undefined))
  await store.transaction(async (tx) => assert.equal(tx.recall(itemA)?.fresh, true))
  const other = new DatabaseSync(path)
  other.exec("INSERT INTO item (id) VALUES ('a')")
  other.close()
  await store.transaction(async (tx) => assert.equal(tx.recall(itemA)?.fresh, false))
})

test('says so when the folder is read-only', async (t) => {
  const folder = temporaryFolder(t)
  const home = join(folder, 'home')
  mkdirSync(home)
  chmodSync(home, 0o555)
  chmodSync(folder, 0o755)
  // Root may write everywhere, so as root somebody else has to try.
  const uid = process.getuid?.() === 0 ? { uid: 65534 } : {}
  const child = await runChild(writer, [join(home, 'store.db'), 'w', '1'], uid)
  assert.match(child.stderr, /store_unwritable/)
})

test('a process that ends leaves a short log to the next one, and nothing is lost', async (t) => {
  const path = join(temporaryFolder(t), 'store.db')
  const ending = await openSqliteStore({ path })
  await makeTable(ending)
  await insert(ending, 'a')
  await ending.close({ processEnds: true })
  assert.ok(statSync(`${path}-wal`).size > 0)
  const next = await openEmpty(t, path)
  assert.equal((await next.transaction((tx) => tx.all('SELECT id FROM item'))).length, 1)
})

test('a process that ends copies a long log into the file', async (t) => {
  const path = join(temporaryFolder(t), 'store.db')
  const ending = await openSqliteStore({ path })
  await makeTable(ending)
  await insert(ending, 'b'.repeat(300 * 1024))
  await ending.close({ processEnds: true })
  assert.deepEqual(readdirSync(dirname(path)), ['store.db'])
})
