import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSottoError } from '@sotto/sdk/model'
import type { ErrorCode } from '@sotto/sdk/model'
import { createKeyring, openKeyring } from './keyring.ts'
import { sealKeyring } from './keyring-blob.ts'
import type { DataKeyState } from './keyring-contents.ts'
import { maxParametersSize, sealSlot } from './keyring-slot.ts'
import type { SlotRole } from './keyring-slot.ts'
import { mac } from './mac.ts'
import { systemRandom } from './random.ts'
import type { RootKeyKind } from './root-key.ts'
import { fixedRandom, fromHex, keyOf, mutate, readVectors, repeatableNumbers, rootKeyOf, withCode } from './testing.ts'

interface SealedVector {
  readonly what: string
  readonly storeId: string
  readonly generation: number
  readonly slots: readonly {
    role: SlotRole
    kind: RootKeyKind
    rootKey: string
    rootKeyId: string
    parameters: string
    salt: string
  }[]
  readonly keyringKey: string
  readonly salt: string
  readonly contents: {
    readonly tokenKey: string
    readonly rowKey: string
    readonly cursorKey: string
    readonly signingSeed: string
    readonly dataKeys: readonly {
      id: string
      state: DataKeyState
      createdAtMs: number
      retiredAtMs: number | null
      key: string
    }[]
  }
  readonly auditPublicKey: string
  readonly auditFingerprint: string
  readonly blob: string
}

type Vectors = { sealed: SealedVector[]; refused: { what: string; rootKey: string; code: ErrorCode; blob: string }[] }

const vectors = readVectors('keyring') as Vectors // generate.py writes it so
function sealVector(vector: SealedVector): Buffer {
  const storeId = fromHex(vector.storeId)
  const keyringKey = keyOf(vector.keyringKey)
  const slots = vector.slots.map(({ role, kind, rootKey, parameters, salt }) =>
    sealSlot({
      storeId,
      role,
      rootKey: rootKeyOf(rootKey, kind),
      parameters: fromHex(parameters),
      keyringKey,
      random: fixedRandom(fromHex(salt)),
    }),
  )
  const { tokenKey, rowKey, cursorKey, signingSeed, dataKeys } = vector.contents
  const contents = {
    tokenKey: fromHex(tokenKey),
    rowKey: fromHex(rowKey),
    cursorKey: fromHex(cursorKey),
    signingSeed: fromHex(signingSeed),
    dataKeys: dataKeys.map(({ id, state, createdAtMs, retiredAtMs, key }) => ({
      id: fromHex(id),
      state,
      createdAtMs,
      retiredAtMs: retiredAtMs ?? undefined,
      key: fromHex(key),
    })),
  }
  return sealKeyring({
    storeId,
    generation: vector.generation,
    slots,
    keyringKey,
    contents,
    random: fixedRandom(fromHex(vector.salt)),
  })
}

for (const vector of vectors.sealed) {
  test(`seals byte for byte: ${vector.what}`, () => {
    assert.equal(sealVector(vector).toString('hex'), vector.blob)
  })

  for (const { role, kind, rootKey } of vector.slots) {
    test(`opens by the ${role} slot: ${vector.what}`, () => {
      const keyring = openKeyring(fromHex(vector.blob), rootKeyOf(rootKey, kind))
      assert.equal(keyring.storeId.toString('hex'), vector.storeId)
      assert.equal(keyring.generation, vector.generation)
      assert.deepEqual(
        keyring.dataKeys,
        vector.contents.dataKeys.map(({ id, state, createdAtMs, retiredAtMs }) => ({
          id,
          state,
          createdAtMs,
          retiredAtMs: retiredAtMs ?? undefined,
        })),
      )
      assert.deepEqual(keyring.tokenMac(['x']), mac(keyOf(vector.contents.tokenKey), 'sotto/token/1', ['x']))
      assert.deepEqual(keyring.rowMac(['x']), mac(keyOf(vector.contents.rowKey), 'sotto/row/1', ['x']))
      assert.deepEqual(keyring.cursorMac(['x']), mac(keyOf(vector.contents.cursorKey), 'sotto/cursor/1', ['x']))
      assert.equal(keyring.auditPublicKey.toString('hex'), vector.auditPublicKey)
      assert.equal(keyring.auditFingerprint, vector.auditFingerprint)
    })
  }
}

for (const vector of vectors.refused) {
  test(`refuses ${vector.what}`, () => {
    assert.throws(() => openKeyring(fromHex(vector.blob), rootKeyOf(vector.rootKey)), withCode(vector.code))
  })
}

const [simple, withRecovery] = vectors.sealed
assert.ok(simple?.slots[0] && withRecovery?.slots[1])
const blob = fromHex(withRecovery.blob)
const primary = rootKeyOf(withRecovery.slots[0]?.rootKey ?? '')
const storeCodes: readonly ErrorCode[] = ['keyring_corrupt', 'keyring_newer', 'key_wrong']
const refusal = (error: unknown): boolean => isSottoError(error) && storeCodes.includes(error.code)

test('every flipped byte is an error, for the root key of either slot', () => {
  const recovery = rootKeyOf(withRecovery.slots[1]?.rootKey ?? '', 'passphrase')
  for (const rootKey of [primary, recovery]) {
    for (let offset = 0; offset < blob.length; offset++) {
      const altered = Buffer.from(blob)
      altered.writeUInt8(altered.readUInt8(offset) ^ 0x10, offset)
      assert.throws(() => openKeyring(altered, rootKey), refusal, `offset ${offset}`)
    }
  }
})

test('every truncation is an error', () => {
  for (let size = 0; size < blob.length; size++)
    assert.throws(() => openKeyring(blob.subarray(0, size), primary), withCode('keyring_corrupt'), `size ${size}`)
})

test('20,000 random mutations end in a SottoError', () => {
  const below = repeatableNumbers(2)
  for (let round = 0; round < 20_000; round++) {
    const altered = mutate(blob, below)
    if (!altered.equals(blob)) assert.throws(() => openKeyring(altered, primary), refusal, `round ${round}`)
  }
})

test('lengths from the blob allocate nothing, and a huge blob is refused at once', () => {
  const claims = Buffer.from(simple.blob, 'hex')
  claims.writeUInt16BE(0xffff, 35)
  const before = process.memoryUsage().arrayBuffers
  for (let round = 0; round < 1000; round++)
    assert.throws(() => openKeyring(claims, primary), withCode('keyring_corrupt'))
  assert.ok(
    process.memoryUsage().arrayBuffers - before < 32 * 1024 * 1024,
    'a thousand times 65,535 bytes would be 64 MiB',
  )
  assert.throws(
    () => openKeyring(Buffer.concat([blob, Buffer.alloc(1024 * 1024)]), primary),
    withCode('keyring_corrupt'),
  )
})

test('a slot of another store, or of another keyring of this store, does not open the body', () => {
  const rootKey = rootKeyOf('21'.repeat(32))
  const own = createKeyring({ rootKey, storeId: Buffer.alloc(16, 1), nowMs: 1, random: systemRandom }).blob
  for (const storeId of [Buffer.alloc(16, 1), Buffer.alloc(16, 2)]) {
    const other = createKeyring({ rootKey, storeId, nowMs: 1, random: systemRandom }).blob
    const slotEnd = 25 + 12 + 112
    assert.throws(
      () =>
        openKeyring(Buffer.concat([own.subarray(0, 25), other.subarray(25, slotEnd), own.subarray(slotEnd)]), rootKey),
      withCode('keyring_corrupt'),
    )
  }
})

test('a caller who gives too much is stopped', () => {
  const rootKey = rootKeyOf('21'.repeat(32))
  assert.throws(() => createKeyring({ rootKey, storeId: Buffer.alloc(15), nowMs: 1, random: systemRandom }), RangeError)
  const slot = {
    storeId: Buffer.alloc(16),
    role: 'primary',
    rootKey,
    keyringKey: keyOf('17'.repeat(32)),
    random: systemRandom,
  } as const
  assert.throws(() => sealSlot({ ...slot, parameters: Buffer.alloc(maxParametersSize + 1) }), RangeError)
})
