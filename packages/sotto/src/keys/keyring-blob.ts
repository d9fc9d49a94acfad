/**
 * The keyring as the database keeps it, replaced as a whole by compare-and-set on its generation.
 *
 *     `STK1` | store id 16 | generation u32 | slot count u8 | slots | salt 32 | commitment 32 | ciphertext | tag 16
 *     additional data of the body = everything before the ciphertext
 *
 * A root key opens one slot, which gives the keyring key, which opens the body. See docs/formats/keyring.md.
 */
import type { KeyObject } from 'node:crypto'
import { SottoError } from '@sotto/sdk/model'
import { encodeContents } from './keyring-contents.ts'
import type { KeyringContents } from './keyring-contents.ts'
import { corruptKeyring, KeyringReader, newerKeyring } from './keyring-reader.ts'
import { keyringMagic, openSlot, readSlot, slotRoles } from './keyring-slot.ts'
import type { Slot } from './keyring-slot.ts'
import type { RandomSource } from './random.ts'
import type { RootKey } from './root-key.ts'
import { open, seal, sealOverhead, unbound } from './seal.ts'
import { serviceNameOf } from './service-key-parameters.ts'

const info = 'sotto/keyring/1'
const storeIdSize = 16
/** More than two full slots and 1,024 data keys need. In bytes. */
const maxBlobSize = 128 * 1024

export interface SealKeyringInput {
  readonly storeId: Uint8Array
  /** Counts the writes of the keyring, from 1. */
  readonly generation: number
  /** Whole slots: the primary one, then perhaps the recovery one. All hold `keyringKey`. */
  readonly slots: readonly Uint8Array[]
  readonly keyringKey: KeyObject
  readonly contents: KeyringContents
  readonly random: RandomSource
}

export interface KeyringBlob {
  /** 16 bytes. */
  readonly storeId: Buffer
  readonly generation: number
  readonly slots: readonly Slot[]
  /** Everything before the body's salt. */
  readonly head: Buffer
  readonly sealed: Buffer
}

/** Seals the body and puts the blob together. */
export function sealKeyring({ storeId, generation, slots, keyringKey, contents, random }: SealKeyringInput): Buffer {
  if (storeId.length !== storeIdSize) throw new RangeError(`a store id is ${storeIdSize} bytes, not ${storeId.length}`)
  const counters = Buffer.alloc(5)
  counters.writeUInt8(slots.length, counters.writeUInt32BE(generation))
  const head = Buffer.concat([keyringMagic, storeId, counters, ...slots])
  const plaintext = encodeContents(contents)
  const sealed = seal({ key: keyringKey, info, before: head, after: unbound, plaintext, random })
  plaintext.fill(0)
  return Buffer.concat([head, sealed])
}

/** Takes the blob apart without opening anything. Throws `keyring_corrupt` and `keyring_newer`. */
export function readKeyring(blob: Uint8Array): KeyringBlob {
  if (blob.length > maxBlobSize) throw corruptKeyring(`it has ${blob.length} bytes`)
  const reader = new KeyringReader(blob)
  const magic = reader.bytes(keyringMagic.length)
  if (!magic.subarray(0, 3).equals(keyringMagic.subarray(0, 3))) throw corruptKeyring('it does not begin with STK1')
  if (!magic.equals(keyringMagic)) throw newerKeyring('its format is not STK1')
  const storeId = reader.bytes(storeIdSize)
  const generation = reader.uint32()
  const count = reader.uint8()
  if (count < 1 || count > slotRoles.length) throw corruptKeyring(`it claims ${count} slots`)
  const slots = Array.from({ length: count }, () => readSlot(reader))
  if (slots.some((slot, index) => slot.role !== slotRoles[index])) throw corruptKeyring('its slots are out of order')
  const head = Buffer.from(blob.subarray(0, reader.offset))
  if (reader.remaining < sealOverhead) throw corruptKeyring('it ends too early')
  return { storeId, generation, slots, head, sealed: reader.bytes(reader.remaining) }
}

/** The keyring key, out of the slot of this root key. Throws `key_wrong` and `keyring_corrupt`. */
export function openKeyringKey(blob: KeyringBlob, rootKey: RootKey): KeyObject {
  const slot = blob.slots.find(({ rootKeyId }) => rootKeyId === rootKey.id)
  if (slot === undefined) throw wrongKey(blob, rootKey)
  return openSlot(slot, blob.storeId, rootKey)
}

/** Opens the body: its bytes, which the caller wipes. Throws `key_wrong` and `keyring_corrupt`. */
export function openKeyringBody(blob: KeyringBlob, rootKey: RootKey): Buffer {
  const key = openKeyringKey(blob, rootKey)
  const opened = open({ key, info, before: blob.head, after: unbound, sealed: blob.sealed })
  if (typeof opened === 'string') throw corruptKeyring('its body does not open')
  return opened
}

function wrongKey({ slots }: KeyringBlob, { id, kind: given, origin }: RootKey): SottoError {
  const wanted = slots.map(({ role, kind, rootKeyId }) => `${rootKeyId} (${role}, ${kind})`)
  const service = slots.map(serviceNameOf).find((name) => name !== undefined)
  // The id of a key that was made from a mistyped passphrase says something about the right one.
  if (given === 'passphrase' || given === 'code') {
    const what = given === 'code' ? 'recovery code' : 'passphrase'
    return new SottoError('key_wrong', `The ${what} from ${origin} does not open this store. Nothing was changed.`, {
      hint: `check the ${what}; this store opens with ${wanted.join(' or ')}`,
      details: { wanted },
    })
  }
  return new SottoError(
    'key_wrong',
    `The root key from ${origin} has the id ${id}; this store opens with ${wanted.join(' or ')}. Nothing was changed.`,
    {
      hint: slots.some((slot) => slot.kind === 'passphrase')
        ? 'this store opens with a passphrase: name a file that holds it in SOTTO_PASSPHRASE_FILE'
        : service !== undefined
          ? `this store opens with a key of ${service}: if that is yours, set SOTTO_ROOT_KEY_SERVICE to its name`
          : 'give the key with that id in SOTTO_ROOT_KEY_FILE or SOTTO_ROOT_KEY, or restore the store that belongs to this key',
      details: { rootKeyId: id, wanted },
    },
  )
}
