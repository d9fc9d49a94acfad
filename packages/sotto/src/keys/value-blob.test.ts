import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { test } from 'node:test'
import { fc } from '../../../../test/support/property.ts'
import { isSottoError } from '@sotto/sdk/model'
import type { ErrorCode } from '@sotto/sdk/model'
import { systemRandom } from './random.ts'
import { fixedRandom, fromHex, keyOf, mutate, readVectors, repeatableNumbers, withCode } from './testing.ts'
import { openValue, sealValue } from './value-blob.ts'
import type { ValueContext } from './value-blob.ts'

interface Place {
  readonly what: string
  readonly dataKey: string
  readonly dataKeyId: string
  readonly storeId: string
  readonly workspaceId: string
  readonly secretId: string
  readonly versionId: string
  readonly key: string
  readonly blob: string
}

type Vectors = { sealed: (Place & { salt: string; value: string })[]; refused: (Place & { code: ErrorCode })[] }

const vectors = readVectors('value') as Vectors // generate.py writes it so

function contextOf(place: Place): ValueContext {
  return {
    storeId: fromHex(place.storeId),
    workspaceId: fromHex(place.workspaceId),
    secretId: fromHex(place.secretId),
    versionId: fromHex(place.versionId),
    key: place.key,
  }
}

function openVector(place: Place, blob: Uint8Array = fromHex(place.blob)): Buffer {
  const findDataKey = (id: Buffer): ReturnType<typeof keyOf> | undefined =>
    id.toString('hex') === place.dataKeyId ? keyOf(place.dataKey) : undefined
  return openValue({ blob, context: contextOf(place), findDataKey })
}

const specified =
  `5354563102020202020202020707070707070707070707070707070707070707070707070707070707070707a6c0c61464f9a8013dd1f469cdb3d6d5
39056a2be1722e917b67b9468f64ba410a406aba20618518671e524116b2b77f5204f876c2cf7ca45b580784fd3a6b49e14872fdd92263494cff9c37ccec6d2114a239dd7e4a80
b3ba201a19ead6811d86ccba6f7e41ac26063b6e71bd1ebd94`.replaceAll('\n', '')

test('the first vector is the one of the specification', () => {
  assert.equal(vectors.sealed[0]?.blob, specified)
})

for (const vector of vectors.sealed) {
  test(`seals and opens byte for byte: ${vector.what}`, () => {
    const dataKey = { id: fromHex(vector.dataKeyId), key: keyOf(vector.dataKey) }
    const blob = sealValue({
      dataKey,
      context: contextOf(vector),
      value: fromHex(vector.value),
      random: fixedRandom(fromHex(vector.salt)),
    })
    assert.equal(blob.toString('hex'), vector.blob)
    assert.equal(openVector(vector).toString('hex'), vector.value)
  })
}

for (const vector of vectors.refused) {
  test(`refuses ${vector.what}`, () => {
    assert.throws(() => openVector(vector), withCode(vector.code))
  })
}

const [first] = vectors.sealed
assert.ok(first)
const blob = fromHex(first.blob)

test('every flipped byte is an error', () => {
  for (let offset = 0; offset < blob.length; offset++) {
    const altered = Buffer.from(blob)
    altered.writeUInt8(altered.readUInt8(offset) ^ 0x10, offset)
    assert.throws(
      () => openVector(first, altered),
      withCode(offset >= 4 && offset < 12 ? 'key_unknown' : 'value_corrupt'),
      `offset ${offset}`,
    )
  }
})

test('every truncation and extension is an error', () => {
  for (let size = 0; size < blob.length; size++)
    assert.throws(() => openVector(first, blob.subarray(0, size)), withCode('value_corrupt'), `size ${size}`)
  for (const more of [1, 16, 63, 64, 128])
    assert.throws(() => openVector(first, Buffer.concat([blob, Buffer.alloc(more)])), withCode('value_corrupt'))
})

test('blobs of two places do not pass for each other', () => {
  const dataKey = { id: fromHex(first.dataKeyId), key: keyOf(first.dataKey) }
  const here = contextOf(first)
  const others: ValueContext[] = [
    { ...here, storeId: Buffer.alloc(16, 9) },
    { ...here, workspaceId: Buffer.alloc(16, 9) },
    { ...here, secretId: Buffer.alloc(16, 9) },
    { ...here, versionId: Buffer.alloc(16, 9) },
    { ...here, key: 'passwor' },
    { ...here, key: 'password ' },
    { ...here, workspaceId: here.secretId, secretId: here.workspaceId },
  ]
  for (const there of others) {
    const moved = sealValue({ dataKey, context: there, value: Buffer.from('x'), random: systemRandom })
    assert.throws(() => openVector(first, moved), withCode('value_corrupt'))
  }
})

test('the same value sealed twice gives two blobs, of a size that tells it to the next 64 bytes', () => {
  const dataKey = { id: fromHex(first.dataKeyId), key: keyOf(first.dataKey) }
  const sealOf = (size: number): Buffer =>
    sealValue({ dataKey, context: contextOf(first), value: Buffer.alloc(size), random: systemRandom })
  assert.notDeepEqual(sealOf(6), sealOf(6))
  assert.deepEqual(
    [0, 6, 60, 61, 124, 125].map((size) => sealOf(size).length),
    [156, 156, 156, 220, 220, 284],
  )
})

test('whatever is sealed opens again, in its place only', () => {
  const id = fc.uint8Array({ minLength: 16, maxLength: 16 })
  const place = fc.record({
    storeId: id,
    workspaceId: id,
    secretId: id,
    versionId: id,
    key: fc.string({ unit: 'grapheme', maxLength: 200 }),
  })
  const key = createSecretKey(Buffer.alloc(32, 1))
  const dataKey = { id: Buffer.alloc(8, 2), key }
  const findDataKey = (): typeof key => key
  fc.assert(
    fc.property(place, place, fc.uint8Array({ maxLength: 10_000 }), (context, elsewhere, value) => {
      const sealed = sealValue({ dataKey, context, value, random: systemRandom })
      assert.deepEqual(Buffer.from(value), openValue({ blob: sealed, context, findDataKey }))
      assert.deepEqual(
        Buffer.from(value),
        openValue({ blob: new Uint8Array(sealed), context, findDataKey }),
        'any kind of byte array',
      )
      fc.pre(Buffer.compare(context.storeId, elsewhere.storeId) !== 0)
      assert.throws(() => openValue({ blob: sealed, context: elsewhere, findDataKey }), withCode('value_corrupt'))
    }),
    { numRuns: 300 },
  )
})

test('20,000 random mutations end in a SottoError', () => {
  const below = repeatableNumbers(1)
  for (let round = 0; round < 20_000; round++) {
    const altered = mutate(blob, below)
    if (altered.equals(blob)) continue
    assert.throws(
      () => openVector(first, altered),
      (error) => isSottoError(error, 'value_corrupt') || isSottoError(error, 'key_unknown'),
      `round ${round}`,
    )
  }
})

test('no error tells the value or the key', () => {
  const altered = Buffer.from(blob)
  altered.writeUInt8(altered.readUInt8(80) ^ 1, 80)
  assert.throws(
    () => openVector(first, altered),
    (error: unknown) => {
      assert.ok(isSottoError(error))
      const told = JSON.stringify(error) + error.stack + String(error.cause)
      return (
        !told.includes('abc123') &&
        !told.includes(first.dataKey) &&
        !told.includes(Buffer.from('abc123').toString('hex'))
      )
    },
  )
})

test('a caller who gives ids of a wrong size or names that are not text is stopped', () => {
  const dataKey = { id: fromHex(first.dataKeyId), key: keyOf(first.dataKey) }
  const here = contextOf(first)
  const sealIn = (context: ValueContext): Buffer =>
    sealValue({ dataKey, context, value: Buffer.alloc(1), random: systemRandom })
  assert.throws(() => sealIn({ ...here, secretId: Buffer.alloc(15) }), RangeError)
  assert.throws(() => sealIn({ ...here, key: '\ud800' }), RangeError)
  assert.throws(() => sealIn({ ...here, key: 'x'.repeat(65_536) }), RangeError)
  assert.throws(
    () => sealValue({ dataKey, context: here, value: Buffer.alloc(1), random: () => Buffer.alloc(31) }),
    RangeError,
  )
})
