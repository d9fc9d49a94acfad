import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changeRootKey, destroyDataKey, retireDataKey, rotateDataKey, setRecoverySlot } from './keyring-edit.ts'
import { createKeyring, openKeyring } from './keyring.ts'
import { systemRandom } from './random.ts'
import { createRecoveryCode, readRecoveryCode } from './recovery-code.ts'
import { rootKeyOf, withCode } from './testing.ts'

const rootKey = rootKeyOf('21'.repeat(32))
const newRootKey = rootKeyOf('31'.repeat(32), 'env')
const nowMs = 1_780_000_000_000
const storeId = Buffer.alloc(16, 3)
const place = { workspaceId: storeId, secretId: storeId, versionId: storeId, key: 'k' }

test('a data key goes through its states, and what lies under it opens until it is gone', () => {
  const first = createKeyring({ rootKey, storeId, nowMs, random: systemRandom })
  const id = first.keyring.activeDataKeyId
  const sealed = first.keyring.sealValue({ place, value: Buffer.from('x'), random: systemRandom })
  const input = { rootKey, random: systemRandom }
  const rotated = rotateDataKey({ ...input, blob: first.blob, nowMs })
  assert.deepEqual(
    openKeyring(rotated.blob, rootKey).dataKeys.map(({ state }) => state),
    ['previous', 'active'],
  )
  assert.throws(() => destroyDataKey({ ...input, blob: rotated.blob, id }), withCode('in_use'))
  assert.throws(
    () => retireDataKey({ ...input, blob: rotated.blob, id: rotated.keyring.activeDataKeyId, nowMs }),
    withCode('in_use'),
  )
  const retired = retireDataKey({ ...input, blob: rotated.blob, id, nowMs })
  assert.equal(retired.keyring.dataKeys[0]?.retiredAtMs, nowMs)
  assert.equal(retired.keyring.openValue({ place, blob: sealed }).toString(), 'x')
  const destroyed = destroyDataKey({ ...input, blob: retired.blob, id })
  assert.equal(destroyed.keyring.generation, 4)
  assert.throws(() => destroyed.keyring.openValue({ place, blob: sealed }), withCode('key_unknown'))
  assert.throws(() => destroyDataKey({ ...input, blob: destroyed.blob, id }), withCode('data_key_not_found'))
})

test('a recovery slot opens the same keyring, and is replaced by the next one', () => {
  const { blob } = createKeyring({ rootKey, storeId, nowMs, random: systemRandom })
  const [one, two] = [createRecoveryCode(systemRandom), createRecoveryCode(systemRandom)]
  const withOne = setRecoverySlot({ blob, rootKey, random: systemRandom, recoveryKey: one.rootKey })
  const typed = readRecoveryCode(one.code, 'test')
  assert.equal(openKeyring(withOne.blob, typed).activeDataKeyId, withOne.keyring.activeDataKeyId)
  const withTwo = setRecoverySlot({
    blob: withOne.blob,
    rootKey: typed,
    random: systemRandom,
    recoveryKey: two.rootKey,
  })
  assert.throws(() => openKeyring(withTwo.blob, typed), withCode('key_wrong'))
  for (const key of [rootKey, two.rootKey]) assert.equal(openKeyring(withTwo.blob, key).generation, 3)
})

for (const compromised of [false, true]) {
  test(`a new root key ${compromised ? 'with other keys' : 'with the same keys'} inside`, () => {
    const first = createKeyring({ rootKey, storeId, nowMs, random: systemRandom })
    const sealed = first.keyring.sealValue({ place, value: Buffer.from('x'), random: systemRandom })
    const recovery = createRecoveryCode(systemRandom)
    const input = { blob: first.blob, rootKey, newRootKey, recoveryKey: recovery.rootKey, nowMs, random: systemRandom }
    const { blob, keyring } = changeRootKey({ ...input, compromised })
    assert.throws(() => openKeyring(blob, rootKey), withCode('key_wrong'))
    for (const key of [newRootKey, recovery.rootKey]) {
      const opened = openKeyring(blob, key)
      assert.equal(opened.openValue({ place, blob: sealed }).toString(), 'x', 'what lay there opens')
      assert.equal(opened.verifyRowMac(['r'], first.keyring.rowMac(['r'])), !compromised)
      assert.equal(opened.auditFingerprint === first.keyring.auditFingerprint, !compromised)
      assert.equal(opened.activeDataKeyId === first.keyring.activeDataKeyId, !compromised)
    }
    assert.deepEqual(keyring.storeId, storeId)
  })
}

test('a change wipes every raw key it drew', () => {
  const { blob } = createKeyring({ rootKey, storeId, nowMs, random: systemRandom })
  const draws: Buffer[] = []
  const random = (size: number): Buffer => {
    const drawn = systemRandom(size)
    draws.push(drawn)
    return drawn
  }
  rotateDataKey({ blob, rootKey, random, nowMs })
  changeRootKey({ blob, rootKey, newRootKey, recoveryKey: undefined, compromised: true, nowMs, random })
  const kept = draws.filter((draw) => draw.some((byte) => byte !== 0)).map((draw) => draw.length)
  assert.deepEqual(kept, [8, 32, 8, 32, 32], 'ids of data keys and salts are no secrets')
})
