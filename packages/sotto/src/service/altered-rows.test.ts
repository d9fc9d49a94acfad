/**
 * Goal: someone who can write the database, but has no key, gets no value out and changes no meaning unnoticed. Method:
 * change every protected and sealed column of every row that a world of secrets, components and runs has.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSottoError, textValue } from '@sotto/sdk/model'
import { Rows } from '../store/rows.ts'
import { tables } from '../store/schema.ts'
import type { SqlValue } from '../store/store.ts'
import { protectedColumns } from '../store/table.ts'
import type { AnyTable, Table } from '../store/table.ts'
import { openTestService, rowPlace, withCode } from './testing.ts'
import type { TestService } from './testing.ts'

function other(value: SqlValue | undefined): SqlValue {
  if (typeof value === 'number') return value + 1
  if (typeof value === 'string') return `${value}x`
  if (value instanceof Uint8Array) return value.map((byte) => byte ^ 1)
  return 1
}

/** Changes one column of the first row of a table behind the service's back, runs the check, and puts it back. */
async function withChange(
  service: TestService,
  { table, column }: { table: AnyTable; column: string },
  check: () => Promise<void>,
): Promise<boolean> {
  const [row] = await service.sql(`SELECT ${rowPlace} AS place, ${column} AS value FROM ${table.name} LIMIT 1`)
  if (row === undefined) return false
  let place = row['place'] ?? 0
  const set = async (value: SqlValue): Promise<void> => {
    const text = `UPDATE ${table.name} SET ${column} = $1 WHERE ${rowPlace} = $2 RETURNING ${rowPlace} AS place`
    place = (await service.sql(text, [value, place]))[0]?.['place'] ?? 0
  }
  await set(other(row['value']))
  await check()
  await set(row['value'] ?? null)
  return true
}

test('a change of any protected column of any row is an error that names table and row', async (t) => {
  const service = await openTestService(t)
  const { api, store, keyring } = service
  await api.createSecret({ name: 'a', values: { k: textValue('v') }, labels: { x: 'y' } })
  const { id: run } = await api.createRun({
    pipeline: 'p',
    stack: 'default',
    parameters: {},
    plan: {},
    level: 'NONE',
    requirements: {},
  })
  const { id: attempt } = await api.startAttempt({ run, step: 's' })
  await api.resolveSecrets({ items: [{ secret: 'a' }], attempt })
  let changed = 0
  for (const table of tables) {
    for (const column of [...protectedColumns(table), 'mac']) {
      if (protectedColumns(table).length === 0) continue
      const load = (): Promise<unknown> =>
        store.transaction((tx) => new Rows(tx, keyring).list(table as Table<object>, '', [])) // its rows are not looked into
      try {
        const seen = await withChange(service, { table, column }, () => assert.rejects(load(), withCode('row_altered')))
        if (seen) changed += 1
        await load()
      } catch (error) {
        // The database itself forbids what would break a reference.
        if (!isSottoError(error, 'internal') || !/foreign key/i.test(error.message)) throw error
      }
    }
  }
  assert.ok(changed > 60, `only ${String(changed)} columns were changed`)
})

test('a blob that was changed, cut, or moved from another key, version or secret does not open', async (t) => {
  const service = await openTestService(t)
  const { api, sql } = service
  await api.createSecret({ name: 'a', values: { k: textValue('first'), other: textValue('second') } })
  await api.updateSecret({ secret: 'a', values: { k: textValue('third') } })
  await api.createSecret({ name: 'b', values: { k: textValue('fourth') } })
  const rows = await sql(`SELECT ${rowPlace} AS place, key, blob, data_key_id FROM secret_value`)
  const target = await sql(
    `SELECT v.${rowPlace} AS place, v.blob FROM secret_value v JOIN secret s ON s.version_id = v.version_id WHERE s.name = 'a' AND v.key = 'k'`,
  )
  const [{ place: first = 0, blob = null } = {}] = target
  let place = first
  assert.ok(blob instanceof Uint8Array)
  const reveal = (): Promise<unknown> => api.resolveSecrets({ items: [{ secret: 'a', keys: ['k'] }] })
  const put = async (bytes: SqlValue): Promise<void> => {
    const text = `UPDATE secret_value SET blob = $1 WHERE ${rowPlace} = $2 RETURNING ${rowPlace} AS place`
    place = (await sql(text, [bytes, place]))[0]?.['place'] ?? 0
  }
  for (let at = 0; at < blob.length; at += 5) {
    await put(blob.map((byte, index) => (index === at ? byte ^ 0x10 : byte)))
    await assert.rejects(
      reveal(),
      (error: unknown) => isSottoError(error, 'value_corrupt') || isSottoError(error, 'key_unknown'),
    )
  }
  for (const size of [0, 1, 155, blob.length - 64, blob.length - 1]) {
    await put(blob.subarray(0, size))
    await assert.rejects(reveal(), withCode('value_corrupt'))
  }
  let moved = 0
  for (const row of rows) {
    if (row['place'] === first) continue
    await put(row['blob'] ?? null)
    await assert.rejects(reveal(), withCode('value_corrupt'))
    moved += 1
  }
  assert.equal(moved, 4)
  await put(blob)
  await sql('INSERT INTO data_key (id) VALUES ($1)', ['00'.repeat(8)])
  const [{ place: last = 0 } = {}] = await sql(
    `UPDATE secret_value SET data_key_id = $1 WHERE ${rowPlace} = $2 RETURNING ${rowPlace} AS place`,
    ['00'.repeat(8), place],
  )
  await assert.rejects(reveal(), withCode('value_corrupt'))
  await sql(`DELETE FROM secret_value WHERE ${rowPlace} = $1`, [last])
  await assert.rejects(reveal(), withCode('row_altered'))
})

test('the row of one secret in the place of another is an error', async (t) => {
  const { api, sql } = await openTestService(t)
  await api.createSecret({ name: 'mine', values: { k: textValue('v') } })
  await api.createSecret({ name: 'shared', scope: 'workspace', values: { k: textValue('w') } })
  await sql("UPDATE secret SET mac = (SELECT mac FROM secret WHERE name = 'shared') WHERE name = 'mine'")
  await assert.rejects(api.describeSecret({ secret: 'mine' }), withCode('row_altered'))
  await assert.rejects(api.listSecrets({}), withCode('row_altered'))
  await api.describeSecret({ secret: 'shared' })
})

test('the database forbids the removal of a data key in use', async (t) => {
  const { api, sql } = await openTestService(t)
  await api.createSecret({ name: 'a', values: { k: textValue('v') } })
  await assert.rejects(sql('DELETE FROM data_key'), /foreign key/i)
})
