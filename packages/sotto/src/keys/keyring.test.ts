import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { isSottoError } from '@sotto/sdk/model'
import { createKeyring, openKeyring } from './keyring.ts'
import type { ValuePlace } from './keyring.ts'
import { systemRandom } from './random.ts'
import { fromHex, readVectors, rootKeyOf, withCode } from './testing.ts'

type Vectors = { sealed: { blob: string; slots: { rootKey: string }[] }[] }

const { sealed: vectors } = readVectors('keyring') as Vectors // generate.py writes it so
const place: ValuePlace = {
  workspaceId: Buffer.alloc(16, 4),
  secretId: Buffer.alloc(16, 5),
  versionId: Buffer.alloc(16, 6),
  key: 'password',
}

const [simple, withRecovery] = vectors
assert.ok(simple && withRecovery)
const blob = fromHex(withRecovery.blob)
const primary = rootKeyOf(withRecovery.slots[0]?.rootKey ?? '')

test('a wrong root key says which one is wanted, and tells no key', () => {
  const wrong = rootKeyOf('99'.repeat(32))
  assert.throws(
    () => openKeyring(blob, wrong),
    (error: unknown) => {
      assert.ok(isSottoError(error, 'key_wrong'))
      assert.match(
        error.message,
        new RegExp(
          `from /test/root.key has the id ${wrong.id}; this store opens with ${primary.id} \\(primary, file\\) or `,
        ),
      )
      assert.deepEqual(error.details['rootKeyId'], wrong.id)
      return !(JSON.stringify(error) + error.stack).includes('9999')
    },
  )
})

test('a new keyring opens again and does the same things', () => {
  const rootKey = rootKeyOf('21'.repeat(32))
  const storeId = Buffer.alloc(16, 3)
  const { keyring, blob: made } = createKeyring({ rootKey, storeId, nowMs: 1_780_000_000_000, random: systemRandom })
  const opened = openKeyring(made, rootKey)
  assert.deepEqual(opened.storeId, storeId)
  assert.equal(opened.generation, 1)
  assert.deepEqual(opened.dataKeys, [
    { id: keyring.activeDataKeyId, state: 'active', createdAtMs: 1_780_000_000_000, retiredAtMs: undefined },
  ])
  const sealed = keyring.sealValue({ place, value: Buffer.from('abc123'), random: systemRandom })
  assert.equal(opened.openValue({ place, blob: sealed }).toString(), 'abc123')
  assert.throws(
    () => opened.openValue({ place: { ...place, key: 'username' }, blob: sealed }),
    withCode('value_corrupt'),
  )
  assert.ok(opened.verifyRowMac(['secrets', 7], keyring.rowMac(['secrets', 7])))
  assert.ok(!opened.verifyRowMac(['secrets', 8], keyring.rowMac(['secrets', 7])))
  assert.ok(opened.verifyCursorMac(['x'], keyring.cursorMac(['x'])))
  assert.ok(!opened.verifyCursorMac(['x'], keyring.rowMac(['x'])))
  assert.notDeepEqual(opened.tokenMac(['x']), opened.rowMac(['x']))
  assert.ok(opened.verify(Buffer.from('head'), keyring.sign(Buffer.from('head'))))
})

test('a blob of another keyring is under an unknown data key', () => {
  const rootKey = rootKeyOf('21'.repeat(32))
  const [one, two] = [1, 2].map(
    () => createKeyring({ rootKey, storeId: Buffer.alloc(16, 3), nowMs: 1, random: systemRandom }).keyring,
  )
  const sealed = one?.sealValue({ place, value: Buffer.from('x'), random: systemRandom }) ?? Buffer.alloc(0)
  assert.throws(() => two?.openValue({ place, blob: sealed }), withCode('key_unknown'))
})

test('a value under a retired data key opens, and a new one is sealed under the active key', () => {
  const keyring = openKeyring(blob, primary)
  const old = openKeyring(fromHex(simple.blob), primary)
  const sealed = keyring.sealValue({ place, value: Buffer.from('x'), random: systemRandom })
  assert.equal(sealed.toString('hex', 4, 12), keyring.activeDataKeyId)
  assert.equal(old.openValue({ place, blob: sealed }).toString(), 'x')
})

test('creating wipes every raw key it drew', () => {
  const draws: Buffer[] = []
  const random = (size: number): Buffer => {
    const drawn = systemRandom(size)
    draws.push(drawn)
    return drawn
  }
  createKeyring({ rootKey: rootKeyOf('21'.repeat(32)), storeId: Buffer.alloc(16, 3), nowMs: 1, random })
  const kept = draws.filter((draw) => draw.some((byte) => byte !== 0)).map((draw) => draw.length)
  assert.deepEqual(kept, [8, 32, 32], 'the id of the data key and the two salts are no secrets')
})

test('printing a keyring or a root key shows no key', () => {
  const shown =
    inspect([openKeyring(blob, primary), primary], { depth: 9, showHidden: true }) +
    JSON.stringify([openKeyring(blob, primary), primary])
  for (const byte of ['11', '12', '13', '14', '16', '26', '21']) {
    assert.ok(!shown.includes(byte.repeat(8)) && !shown.includes(`${byte} `.repeat(8)), byte)
  }
})

test('signatures hold for their key and bytes only', () => {
  const keyring = openKeyring(blob, primary)
  const bytes = Buffer.from('head')
  const signature = keyring.sign(bytes)
  assert.ok(keyring.verify(bytes, signature))
  assert.ok(!keyring.verify(Buffer.from('heaD'), signature))
  assert.ok(!keyring.verify(bytes, signature.subarray(0, 63)))
  const publicKey = createPublicKey({ key: spkiOf(keyring.auditPublicKey), format: 'der', type: 'spki' })
  assert.ok(verify(null, bytes, publicKey, signature), 'the public part is that of the key which signs')
  assert.ok(!keyring.verify(bytes, sign(null, bytes, generateKeyPairSync('ed25519').privateKey)))
})

/** RFC 8410. */
function spkiOf(publicKey: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), publicKey])
}
