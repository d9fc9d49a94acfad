import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SecretSelector, SecretValues } from '@sotto/sdk/model'
import * as v from 'valibot'
import { number, object, oneOf, optional, recordOf, text } from './shape.ts'
import type { Members } from './shape.ts'
import { secretShapes } from './secret.ts'

test('a shape that is not that of its type does not compile', () => {
  const scope = optional(oneOf(['user', 'workspace']))
  const members: Members<SecretSelector> = { secret: text, scope }
  // @ts-expect-error -- a member less
  const less: Members<SecretSelector> = { secret: text }
  // @ts-expect-error -- a member more
  const more: Members<SecretSelector> = { ...members, other: text }
  // @ts-expect-error -- of another type
  const other: Members<SecretSelector> = { secret: number, scope }
  // @ts-expect-error -- one that must be there, as one that may be left out
  const loose: Members<SecretSelector> = { secret: optional(text), scope }
  assert.equal([less, more, other, loose].length, 4)
})

test('an object has its members and no others', () => {
  const shape = object<{ readonly a: string; readonly b?: string | undefined }>({ a: text, b: optional(text) })
  const fits = (value: unknown): boolean => v.safeParse(shape, value).success
  assert.ok(fits({ a: '' }) && fits({ a: '', b: '' }))
  for (const value of [
    {},
    { a: 1 },
    { a: '', c: 1 },
    [],
    null,
    '',
    JSON.parse('{"a":"","__proto__":{}}'),
    { a: '', toString: 1 },
  ])
    assert.ok(!fits(value), JSON.stringify(value))
})

test('a record keeps every name, `__proto__` too, and has no prototype', () => {
  const parsed = v.parse(recordOf(text), JSON.parse('{"__proto__":"a","constructor":"b"}'))
  assert.equal(Object.getPrototypeOf(parsed), null)
  assert.deepEqual(Object.entries(parsed), [
    ['__proto__', 'a'],
    ['constructor', 'b'],
  ])
  const input = JSON.parse('{"name":"a","values":{"__proto__":{"encoding":"utf8","data":"x"}}}') as unknown
  const { values } = v.parse(secretShapes.createSecret, input) as { values: SecretValues }
  assert.deepEqual(Object.keys(values), ['__proto__'])
})
