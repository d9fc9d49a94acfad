import assert from 'node:assert/strict'
import { test } from 'node:test'
import { equalitiesHold, equalitiesOf } from './condition.ts'

test('equalities are read from a condition, through parentheses and up to the order', () => {
  const clauses =
    'WHERE (workspace_id = $1 AND scope_owner = $2 AND deleted_at IS NULL) AND (name = $3) AND (instr(labels, $4) > 0 OR instr(labels, $5) > 0) ORDER BY name ASC, id ASC LIMIT 3'
  assert.deepEqual(equalitiesOf(clauses), [
    { column: 'workspace_id', place: 0 },
    { column: 'scope_owner', place: 1 },
    { column: 'deleted_at', place: undefined },
    { column: 'name', place: 2 },
  ])
  assert.deepEqual(equalitiesOf('id = $1'), [{ column: 'id', place: 0 }])
})

test('what need not hold for every row, or is not about one column, is not an equality', () => {
  for (const condition of [
    'a = $1 OR b = $2',
    '(a = $1 OR b = $2)',
    'a > $1',
    'a = b',
    'a IN (SELECT b FROM c WHERE d = $1)',
    'NOT (a = $1)',
    '(a = $1) = ($2 = b)',
    'EXISTS (SELECT 1 FROM b WHERE c = $1 AND d = $2)',
    'ORDER BY a',
  ])
    assert.deepEqual(equalitiesOf(condition), [], condition)
})

test('a row holds only with the same type and content', () => {
  const equalities = equalitiesOf('a = $1 AND b IS NULL')
  assert.equal(equalitiesHold(equalities, { a: 'x', b: null }, ['x']), true)
  assert.equal(equalitiesHold(equalities, { a: 'X', b: null }, ['x']), false)
  assert.equal(equalitiesHold(equalities, { a: 1, b: null }, ['1']), false)
  assert.equal(equalitiesHold(equalities, { a: 'x', b: 0 }, ['x']), false)
  assert.equal(equalitiesHold(equalitiesOf('a = $1'), { a: Buffer.of(1) }, [Uint8Array.of(1)]), true)
})
