import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fc } from '../../../../test/support/property.ts'
import { isSottoError } from './error.ts'
import { isJsonArray, mapStrings, visitStrings } from './json.ts'
import type { Json } from './json.ts'

describe('strings of a JSON value', () => {
  const value = JSON.parse(
    '{"a":"x","hosts":[{"url":"y"},[["z"]]],"__proto__":{"constructor":"p"},"n":1,"t":true,"o":null}',
  ) as Json // JSON is Json

  test('are visited at any depth with their paths', () => {
    const seen: string[] = []
    visitStrings(value, 'top', (text, path) => {
      seen.push(`${path}=${text}`)
    })
    assert.deepEqual(seen, ['top.a=x', 'top.hosts[0].url=y', 'top.hosts[1][0][0]=z', 'top.__proto__.constructor=p'])
    visitStrings('alone', '', (text, path) => {
      seen.push(`${path}=${text}`)
    })
    assert.equal(seen.at(-1), '=alone')
  })

  test('are replaced in a copy; __proto__ stays a member and reaches no prototype', () => {
    const copy = mapStrings(value, '', (text) => text.toUpperCase())
    assert.equal(
      JSON.stringify(copy),
      '{"a":"X","hosts":[{"url":"Y"},[["Z"]]],"__proto__":{"constructor":"P"},"n":1,"t":true,"o":null}',
    )
    assert.equal(Object.getPrototypeOf(copy), Object.prototype)
  })

  test('stay as they are when replaced by themselves', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (given) => {
        const json = given as Json // fast-check's JSON is ours
        assert.equal(JSON.stringify(mapStrings(json, '', (text) => text)), JSON.stringify(json))
      }),
    )
  })

  test('nested deeper than anyone writes are refused, not overflowing the stack', () => {
    const nested = (levels: number): Json => JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as Json // brackets are JSON
    mapStrings(nested(100), '', (text) => text)
    for (const levels of [101, 100_000]) {
      assert.throws(
        () => {
          visitStrings(nested(levels), 'a', () => undefined)
        },
        (error) => isSottoError(error, 'input_invalid'),
      )
    }
  })

  test('an array is told from an object', () => {
    assert.ok(isJsonArray([]) && !isJsonArray({ length: 0 }))
  })
})
