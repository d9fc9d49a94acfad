/** A process that inserts rows one by one and prints the number of each that was acknowledged, or the code of the error. */
import { writeSync } from 'node:fs'
import { isSottoError } from '@sotto/sdk/model'
import { openSqliteStore } from '../sqlite-store.ts'

const [path = '', name = '', count = '0', size = '10'] = process.argv.slice(2)
const store = await openSqliteStore({ path })
const ddl = 'CREATE TABLE IF NOT EXISTS item (\n  id TEXT PRIMARY KEY,\n  content TEXT NOT NULL\n);'
try {
  await store.transaction((tx) => tx.define(ddl))
  for (let index = 0; index < Number(count); index += 1) {
    const id = `${name} ${String(index)}`
    await store.transaction((tx) =>
      tx.run('INSERT INTO item (id, content) VALUES ($1, $2)', [id, 'x'.repeat(Number(size))]),
    )
    writeSync(1, `${id}\n`)
  }
} catch (error) {
  writeSync(1, `error ${isSottoError(error) ? error.code : String(error)}\n`)
}
try {
  // The connection is a new one after a failure: what was acknowledged is still there.
  const row = await store.transaction((tx) => tx.get('SELECT count(*) AS count FROM item'))
  writeSync(1, `count ${String(row?.['count'])}\n`)
} catch (error) {
  writeSync(1, `count ${isSottoError(error) ? error.code : String(error)}\n`)
}
await store.close().catch(() => undefined)
