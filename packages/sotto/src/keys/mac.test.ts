import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { fc } from '../../../../test/support/property.ts'
import { encodeMacInput, mac, macsEqual } from './mac.ts'
import type { MacPart, MacPurpose } from './mac.ts'
import { fromHex, keyOf, readVectors } from './testing.ts'

type VectorPart = ['s' | 'b' | 'i' | 'n', string]
type Vectors = { macs: { purpose: MacPurpose; key: string; parts: VectorPart[]; input: string; mac: string }[] }

const vectors = readVectors('mac') as Vectors // generate.py writes it so

function partOf([type, content]: VectorPart): MacPart {
  if (type === 's') return content
  if (type === 'b') return fromHex(content)
  return type === 'i' ? BigInt(content) : null
}

test('the vectors hold', () => {
  for (const vector of vectors.macs) {
    const parts = vector.parts.map(partOf)
    assert.equal(encodeMacInput(vector.purpose, parts).toString('hex'), vector.input)
    assert.equal(mac(keyOf(vector.key), vector.purpose, parts).toString('hex'), vector.mac)
  }
})

test('no two vectors have one MAC', () => {
  assert.equal(new Set(vectors.macs.map((vector) => vector.mac)).size, vectors.macs.length)
})

test('two lists of parts have one encoding only when they are equal', () => {
  const part = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 3 }),
    fc.uint8Array({ maxLength: 3 }),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.constant(null),
  )
  const parts = fc.array(part, { maxLength: 4 })
  const described = (list: readonly MacPart[]): string =>
    JSON.stringify(list.map((item) => [typeof item, item instanceof Uint8Array ? [...item] : String(item)]))
  fc.assert(
    fc.property(parts, parts, (left, right) => {
      assert.equal(
        encodeMacInput('sotto/row/1', left).equals(encodeMacInput('sotto/row/1', right)),
        described(left) === described(right),
      )
    }),
    { numRuns: 2000 },
  )
})

test('a number and a bigint of one value encode alike, for the drivers differ', () => {
  assert.deepEqual(encodeMacInput('sotto/row/1', [42]), encodeMacInput('sotto/row/1', [42n]))
})

test('what has no clear encoding is refused', () => {
  for (const part of [0.5, Number.NaN, 2 ** 53, 2n ** 63n, '\udc00'])
    assert.throws(() => encodeMacInput('sotto/row/1', [part]), RangeError)
})

test('MACs are equal only in full', () => {
  const given = mac(keyOf('12'.repeat(32)), 'sotto/row/1', ['x'])
  assert.ok(macsEqual(given, Buffer.from(given)))
  assert.ok(!macsEqual(given, given.subarray(0, 31)))
  assert.ok(!macsEqual(given, Buffer.alloc(0)))
  assert.ok(!macsEqual(given, Buffer.alloc(32)))
})

test('a MAC is that of the encoded input, in whichever way the input reaches it', () => {
  const key = keyOf('34'.repeat(32))
  const samples = [
    '',
    'ascii',
    '\u0000\u007f',
    '\u0080',
    'ünïcode ✓',
    'x'.repeat(255),
    'x'.repeat(256),
    'x'.repeat(70_000),
    null,
    0,
    -1,
    255,
    2 ** 32,
    -(2 ** 32) - 1,
  ]
  const numbers = [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 12n, new Uint8Array([200, 0])]
  for (const part of [...samples, ...numbers]) {
    for (const parts of [[part], ['secret', part, 7, null], [part, part]]) {
      const expected = createHmac('sha256', key).update(encodeMacInput('sotto/row/1', parts)).digest()
      assert.deepEqual(mac(key, 'sotto/row/1', parts), expected)
    }
  }
})
