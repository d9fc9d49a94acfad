/** Goal: no change of a column releases a value or goes unnoticed. Method: try many on each, and ask everything. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isOfSecrets, sweepColumns } from './column-sweep.ts'

test('no change of a column of secrets, components or stacks releases a value, and none goes unnoticed', async (t) => {
  const { columns, changes } = await sweepColumns(t, isOfSecrets)
  t.diagnostic(`${String(changes)} changes of ${String(columns)} columns`)
  assert.ok(columns >= 60, `only ${String(columns)} columns`)
  assert.ok(changes >= 580, `only ${String(changes)} changes`)
})
