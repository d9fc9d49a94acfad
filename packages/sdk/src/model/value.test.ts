import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fc } from '../../../../test/support/property.ts'
import { isSottoError } from './error.ts'
import type { ErrorCode } from './error.ts'
import { bytesValue, emptyRecord, limits, requireValues, textValue, valueBytes, valueSizeBytes } from './value.ts'
import type { SecretValue } from './value.ts'

const ofCode = (code: ErrorCode) => (error: unknown) => isSottoError(error, code)
const record = (entries: readonly (readonly [string, SecretValue])[]): Record<string, SecretValue> =>
  Object.assign(emptyRecord<SecretValue>(), Object.fromEntries(entries))

describe('a value', () => {
  test('keeps any bytes exactly, as text where they are UTF-8', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
        const value = bytesValue(bytes)
        assert.deepEqual(new Uint8Array(valueBytes(value)), new Uint8Array(bytes))
        assert.equal(valueSizeBytes(value), bytes.length)
        assert.equal(value.encoding === 'utf8', Buffer.from(bytes).equals(Buffer.from(Buffer.from(bytes).toString())))
      }),
    )
  })

  test('keeps any text exactly', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        assert.equal(textValue(text).data, text)
        assert.equal(bytesValue(new TextEncoder().encode(text)).data, text)
      }),
    )
  })

  test('keeps line ends, blanks, a byte order mark and emptiness', () => {
    for (const text of ['', ' ', '\r\n', 'a\n', '\ufeffx', '\0', '00123', '1e400']) {
      assert.deepEqual(bytesValue(new TextEncoder().encode(text)), { encoding: 'utf8', data: text })
    }
  })

  test('is no text with half a character and no base64 that is none', () => {
    assert.throws(() => textValue('\ud83d'), ofCode('value_invalid'))
    assert.throws(() => valueBytes({ encoding: 'base64', data: '!' }), ofCode('value_invalid'))
  })
})

describe('the values of a secret', () => {
  test('may have any allowed key, __proto__ too', () => {
    const values = record([])
    values['__proto__'] = textValue('x')
    requireValues(values)
    assert.deepEqual(Object.keys(values), ['__proto__'])
    assert.throws(() => {
      requireValues(
        record([
          ['1', textValue('x')],
          ['a b', textValue('x')],
        ]),
      )
    }, /"1", "a b"/)
  })

  test('have limits: the last that fits, and the first that does not', () => {
    const full = textValue('x'.repeat(limits.valueBytes))
    const keys = (count: number, value: SecretValue) =>
      record(Array.from({ length: count }, (_, at) => [`k${String(at)}`, value] as const))
    requireValues(keys(4, full))
    requireValues(keys(limits.keysPerVersion, textValue('')))
    assert.throws(() => {
      requireValues(keys(5, full))
    }, ofCode('value_too_large'))
    assert.throws(() => {
      requireValues(keys(limits.keysPerVersion + 1, textValue('')))
    }, ofCode('value_too_large'))
    assert.throws(() => {
      requireValues(keys(1, textValue(`${full.data}x`)))
    }, /value of "k0" is larger/)
    // Bytes count, not characters.
    assert.throws(() => {
      requireValues(keys(1, textValue('ä'.repeat(limits.valueBytes / 2 + 1))))
    }, ofCode('value_too_large'))
  })

  test('are refused in any other shape', () => {
    for (const value of ['x', null, 7, {}, { encoding: 'latin1', data: 'x' }, { encoding: 'utf8', data: 7 }]) {
      const given = record([['k', value as SecretValue]])
      assert.throws(() => requireValues(given), ofCode('value_invalid'))
    }
  })

  test('are not repeated in an error', () => {
    const bad = record([
      ['k', { encoding: 'utf8', data: 'hunter2\ud83d' }],
      ['b', { encoding: 'base64', data: 'hunter2!' }],
    ])
    assert.throws(
      () => {
        requireValues(bad)
      },
      (error) => ofCode('value_invalid')(error) && !JSON.stringify(error).includes('hunter2'),
    )
  })
})
