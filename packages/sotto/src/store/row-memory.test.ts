import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RowMemory } from './row-memory.ts'
import type { Search, SqlValue } from './store.ts'

function search(...params: readonly SqlValue[]): Search {
  return { table: 'item', condition: 'a = $1 AND b = $2', params }
}

/** How many of the searches are remembered. */
function countKept(memory: RowMemory, searches: readonly Search[]): number {
  return searches.filter((each) => memory.recall(each) !== undefined).length
}

test('gives back the object that was remembered, and what is known not to be there', () => {
  const memory = new RowMemory()
  const row = { a: 'x' }
  memory.remember(search('x', 'y'), row)
  memory.remember(search('x', 'z'), undefined)
  assert.equal(memory.recall(search('x', 'y'))?.row, row)
  assert.equal(memory.recall(search('x', 'z'))?.fresh, true)
  assert.equal(memory.recall(search('x', 'z'))?.row, undefined)
  assert.equal(memory.recall(search('y', 'x')), undefined)
  assert.equal(memory.recall({ ...search('x', 'y'), condition: 'b = $1 AND a = $2' }), undefined)
  assert.equal(memory.recall({ ...search('x', 'y'), table: 'other' }), undefined)
})

test('tells values of different types apart', () => {
  const memory = new RowMemory()
  const values: readonly SqlValue[] = ['1', 1, null, '', Uint8Array.of(1), '\0bytes 01', '\0text \0bytes 01']
  for (const value of values) memory.remember(search('x', value), { value })
  for (const value of values) assert.deepEqual(memory.recall(search('x', value))?.row, { value })
  assert.equal(memory.recall(search('x', '01')), undefined)
  assert.equal(memory.recall(search('x', Uint8Array.of(2))), undefined)
})

test('keeps what is asked for again and again, however many other rows come by, and not more than it may', () => {
  const memory = new RowMemory()
  const often = search('often', 0)
  memory.remember(often, {})
  const rare = Array.from({ length: 100_000 }, (_, index) => search('rare', index))
  for (const each of rare) {
    memory.remember(each, { text: 'x' })
    assert.notEqual(memory.recall(often), undefined)
  }
  const kept = countKept(memory, rare)
  assert.ok(kept > 5_000 && kept < 20_000, String(kept))
})

test('keeps few of the rows that are large, and none that is very large', () => {
  const memory = new RowMemory()
  const large = Array.from({ length: 40_000 }, (_, index) => search('large', index))
  for (const each of large) memory.remember(each, { text: 'x'.repeat(2_000) })
  const kept = countKept(memory, large)
  assert.ok(kept * 2_000 < 17 * 1024 * 1024, String(kept))
  memory.remember(search('very', 'large'), { bytes: new Uint8Array(70_000) })
  memory.remember(
    search('very', 'long'),
    Array.from({ length: 1_000 }, () => ({ text: 'x'.repeat(100) })),
  )
  assert.equal(countKept(memory, [search('very', 'large'), search('very', 'long')]), 0)
})
