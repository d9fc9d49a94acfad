import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { migrate } from './migrations.ts'
import { tables } from './schema.ts'
import { openSqliteStore } from './sqlite-store.ts'
import { protectedColumns } from './table.ts'
import { temporaryFolder } from './testing.ts'

/** Goal: no column is without a guard. Method: walk the live schema and compare it with the declarations. */
test('every column of the live schema is declared, and with its type', async (t) => {
  const store = await openSqliteStore({ path: join(temporaryFolder(t), 'store.db') })
  t.after(() => store.close())
  await store.transaction((tx) => migrate(tx, 0))
  const live = await store.transaction((tx) =>
    tx.all(`SELECT m.name AS "table", c.name AS "column", c.type AS type, c."notnull" + c.pk AS required
      FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY 1, 2`),
  )
  const types: Readonly<Record<string, string>> = { TEXT: 'text', INTEGER: 'integer', BLOB: 'bytes' }
  const found = live.map(
    (row) =>
      `${String(row['table'])}.${String(row['column'])} ${types[String(row['type'])] ?? ''}${row['required'] === 0 ? '?' : ''}`,
  )
  const declared = tables.flatMap((table) => {
    const columns = Object.entries(table.columns).map(([column, type]) => `${table.name}.${column} ${type}`)
    return protectedColumns(table).length === 0 ? columns : [...columns, `${table.name}.mac bytes`]
  })
  assert.ok(found.length > 100, 'the walk sees the schema')
  assert.deepEqual(declared.toSorted(), found.toSorted())
})

test('every unprotected column says why, and protected tables protect their key', () => {
  for (const table of tables) {
    for (const [column, unprotected] of Object.entries(table.unprotected)) {
      assert.ok((unprotected?.reason.length ?? 0) > 20, `${table.name}.${column}`)
    }
    const covered = protectedColumns(table)
    if (covered.length > 0)
      for (const column of table.key) assert.ok(covered.includes(column), `${table.name}.${column}`)
  }
})

test('a column that came later stands behind all others', () => {
  assert.ok(tables.some(({ later }) => later.length > 0))
  for (const { name, columns, later } of tables) {
    assert.deepEqual(Object.keys(columns).slice(Object.keys(columns).length - later.length), later, name)
  }
})
