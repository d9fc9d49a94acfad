/** As `columns-of-secrets.test.ts`, for all other tables; and the walk over the schema. */
import assert from 'node:assert/strict'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { operations } from '@sotto/sdk/model'
import type { OperationName } from '@sotto/sdk/model'
import { tableNames, withDatabase } from './attack.ts'
import { classifyColumns } from './columns.ts'
import { isOfSecrets, sweepColumns } from './column-sweep.ts'
import { openFile, temporaryFolder } from './service.ts'
import { makeTarget } from './target.ts'

test('no change of a column of runs, principals or the audit releases a value, and none goes unnoticed', async (t) => {
  const { columns, changes } = await sweepColumns(t, (table) => !isOfSecrets(table))
  t.diagnostic(`${String(changes)} changes of ${String(columns)} columns`)
  assert.ok(columns >= 80, `only ${String(columns)} columns`)
  assert.ok(changes >= 750, `only ${String(changes)} changes`)
})

test('every column of the live schema is classified; one more or one fewer is an error', async (t) => {
  const folder = temporaryFolder()
  t.after(folder.remove)
  const path = join(folder.path, 'store.db')
  await (await openFile(path)).close()
  const columns = withDatabase(path, classifyColumns)
  assert.ok(columns.length >= 148, `the walk saw only ${String(columns.length)} columns`)
  assert.ok(new Set(columns.map(({ table }) => table)).size >= 20)
  for (const guard of ['protected', 'sealed', 'chained', 'free'] as const)
    assert.ok(
      columns.some((column) => column.guard === guard),
      `no column is ${guard}`,
    )
  for (const { table, column, guard, reason } of columns)
    assert.ok(guard === 'protected' || reason.length > 20, `${table}.${column} has no reason`)
  for (const ddl of [
    'CREATE TABLE forgotten (id TEXT)',
    'ALTER TABLE secret ADD COLUMN forgotten TEXT',
    'ALTER TABLE stack DROP COLUMN description',
    'DROP TABLE preference',
  ]) {
    const copy = join(folder.path, 'copy.db')
    copyFileSync(path, copy)
    assert.throws(() => withDatabase(copy, (db) => (db.exec(ddl), classifyColumns(db))), /unclassified/, ddl)
  }
})

test('every operation that reads is asked, and every one that reveals', async (t) => {
  const target = await makeTarget()
  t.after(target.remove)
  const names = Object.keys(operations) as OperationName[] // keys of the table are the operations
  const reading = names.filter((name) => ['describe', 'read'].includes(operations[name].right))
  // Two only need the right to describe, but write; and verify is asked by itself, before and after everything.
  // What describeKeys counts is only shown: before a key is destroyed the blobs themselves are looked at.
  // An export of the audit is verified by its reader.
  const apart = ['activateStack', 'trustStack', 'verifyAudit', 'describeKeys', 'exportAudit']
  const asked = [...new Set(target.questions.map(({ operation }) => operation)), ...apart]
  assert.deepEqual(asked.toSorted(), reading.toSorted())
  assert.ok(reading.length >= 20)
  assert.ok(target.questions.length >= 90)
  assert.ok(target.truth.size >= 30)
})

test('the schema has no views and no triggers', async (t) => {
  const folder = temporaryFolder()
  t.after(folder.remove)
  const path = join(folder.path, 'store.db')
  await (await openFile(path)).close()
  const kinds = withDatabase(path, (db) => db.prepare('SELECT DISTINCT type FROM sqlite_schema ORDER BY type').all())
  assert.deepEqual(
    kinds.map(({ type }) => type),
    ['index', 'table'],
  )
  assert.ok(withDatabase(path, tableNames).length >= 20)
})
