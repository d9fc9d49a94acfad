import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSottoError, Sensitive } from '@sotto/sdk/model'
import { toJsonData } from './json-data.ts'

test('JSON data comes through as it is', () => {
  const data = { a: [1, 'x', null, true], b: { c: {} }, left: undefined }
  assert.deepEqual(toJsonData(data, 'it'), { a: [1, 'x', null, true], b: { c: {} } })
  assert.equal(toJsonData(undefined, 'it'), null)
  const shared = { x: 1 }
  assert.deepEqual(toJsonData([shared, shared], 'it'), [{ x: 1 }, { x: 1 }])
  assert.deepEqual(Object.keys(toJsonData(JSON.parse('{"__proto__": 1}'), 'it') as object), ['__proto__'])
})

test('anything else is refused with the place where it lies', () => {
  const circle: { self?: unknown } = {}
  circle.self = circle
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [{ a: [0, () => 1] }, /^it at a\[1\] is a function$/],
    [Number.NaN, /is NaN/],
    [10n, /is a bigint/],
    [Symbol('s'), /is a symbol/],
    [new Date(), /is a Date/],
    [new Map(), /is a Map/],
    [new Uint8Array(2), /is a Uint8Array/],
    [circle, /refers to itself/],
    [{ deep: new Sensitive('hidden-value') }, /at deep holds a secret value/],
    [Promise.resolve(1), /is a Promise/],
    [new Error('hidden-value'), /is a Error/],
  ]
  for (const [value, message] of cases) {
    assert.throws(
      () => toJsonData(value, 'it'),
      (error) =>
        isSottoError(error, 'value_invalid') && message.test(error.message) && !error.message.includes('hidden-value'),
    )
  }
})

test('a secret value of another copy of the class is known by its tag', () => {
  const other = {
    get [Symbol.toStringTag]() {
      return 'Sensitive'
    },
  }
  assert.throws(() => toJsonData(other, 'it'), /holds a secret value/)
})
