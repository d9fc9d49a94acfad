/**
 * The blob of one value: one per version and key.
 *
 *     0 `STV1` | 4 data-key id 8 | 12 salt 32 | 44 commitment 32 | 76 ciphertext 64 n | tag 16
 *     plaintext = u32 length | value | zeros up to a multiple of 64
 *
 * Only facts that never change are bound into it (store, workspace, secret, version, name of the key), so that rename,
 * change of scope, restore and migration re-seal nothing. See docs/formats/value.md.
 */
import type { KeyObject } from 'node:crypto'
import { SottoError } from '@sotto/sdk/model'
import type { RandomSource } from './random.ts'
import { openParts, seal, sealOverhead, takeApart } from './seal.ts'
import type { SealedParts } from './seal.ts'

const magic = Buffer.from('STV1')
const info = 'sotto/value/1'
const idSize = 16
const blockSize = 64
const lengthSize = 4
/** Magic and data-key id. */
const prefixSize = 12
/** All but the ciphertext: 92 bytes. */
const fixedSize = prefixSize + sealOverhead

/** Bytes in the id of a data key. */
export const dataKeyIdSize = 8

/** Where a value belongs. Ids are 16 bytes. */
export interface ValueContext {
  readonly storeId: Uint8Array
  readonly workspaceId: Uint8Array
  readonly secretId: Uint8Array
  readonly versionId: Uint8Array
  /** The key's name within the version. */
  readonly key: string
}

export interface DataKey {
  /** 8 bytes. */
  readonly id: Uint8Array
  /** 32 bytes. */
  readonly key: KeyObject
}

export interface SealValueInput {
  readonly dataKey: DataKey
  readonly context: ValueContext
  readonly value: Uint8Array
  readonly random: RandomSource
}

export interface OpenValueInput {
  readonly blob: Uint8Array
  readonly context: ValueContext
  /** The data key of this id (8 bytes), or `undefined` where the keyring has none. */
  readonly findDataKey: (id: Buffer) => KeyObject | undefined
}

/** Seals a value. The blob's size tells the value's only to the next 64 bytes. The caller keeps and wipes `value`. */
export function sealValue({ dataKey, context, value, random }: SealValueInput): Buffer {
  if (dataKey.id.length !== dataKeyIdSize) throw new RangeError(`the id of a data key is ${dataKeyIdSize} bytes`)
  const prefix = Buffer.concat([magic, dataKey.id])
  const plaintext = Buffer.alloc(paddedSize(value.length))
  plaintext.writeUInt32BE(value.length)
  plaintext.set(value, lengthSize)
  const sealed = seal({ key: dataKey.key, info, before: prefix, after: encodeContext(context), plaintext, random })
  plaintext.fill(0)
  return Buffer.concat([prefix, sealed])
}

/**
 * A blob that was taken apart for its place and its key: opening it again and again then costs only the opening. It holds
 * no value, and stays as it is. The blob's bytes may not change any more.
 */
export class SealedValue {
  readonly #parts: SealedParts

  constructor(parts: SealedParts) {
    this.#parts = parts
  }

  /** The value has so many bytes at least, and at most 67 more. */
  get leastBytes(): number {
    return Math.max(0, this.#parts.ciphertext.length - lengthSize - blockSize + 1)
  }

  /** The value, in a buffer of its own, which the caller wipes. Throws `value_corrupt` (malformed, moved or altered). */
  open(): Buffer {
    const opened = openParts(this.#parts)
    if (opened === 'tag')
      throw corrupt('it was altered, or moved from another key, version, secret, workspace or store')
    if (opened === 'commitment') throw corrupt('its header was altered, or it was sealed under another key')
    return unpad(opened)
  }
}

/** Takes a blob apart. Throws `value_corrupt` (malformed) and `key_unknown` (reload the keyring once, then give up). */
export function readValue({ blob, context, findDataKey }: OpenValueInput): SealedValue {
  if (blob.length < fixedSize + blockSize || (blob.length - fixedSize) % blockSize !== 0) {
    throw corrupt(`its size of ${blob.length} bytes is not that of a sealed value`)
  }
  const prefix = Buffer.from(blob.buffer, blob.byteOffset, prefixSize) // a view, whatever kind of array it is
  if (!prefix.subarray(0, magic.length).equals(magic)) throw corrupt('it does not begin with STV1')
  const id = prefix.subarray(magic.length)
  const key = findDataKey(id)
  if (key === undefined) throw unknownKey(id)
  const sealed = blob.subarray(prefixSize)
  const parts = takeApart({ key, info, before: prefix, after: encodeContext(context), sealed })
  if (parts === undefined) throw corrupt('it is too short')
  return new SealedValue(parts)
}

/** Opens a blob. The value is a buffer of its own, which the caller wipes. Codes as of `readValue`. */
export function openValue(input: OpenValueInput): Buffer {
  return readValue(input).open()
}

function paddedSize(valueSize: number): number {
  return Math.ceil((lengthSize + valueSize) / blockSize) * blockSize
}

function unpad(plaintext: Buffer): Buffer {
  const size = plaintext.readUInt32BE()
  const end = lengthSize + size
  // The tag was right, so only a faulty writer can get here; the check keeps one value to one encoding.
  if (paddedSize(size) !== plaintext.length || !isZero(plaintext, end)) {
    plaintext.fill(0)
    throw corrupt('its padding is wrong')
  }
  return plaintext.subarray(lengthSize, end)
}

function isZero(bytes: Uint8Array, from: number): boolean {
  let any = 0
  for (let at = from; at < bytes.length; at++) any |= bytes[at] ?? 0
  return any === 0
}

/** Store, workspace, secret and version id, u16 length of the key's name, the key's name. */
function encodeContext({ storeId, workspaceId, secretId, versionId, key }: ValueContext): Buffer {
  for (const id of [storeId, workspaceId, secretId, versionId]) {
    if (id.length !== idSize) throw new RangeError(`an id is ${idSize} bytes, not ${id.length}`)
  }
  // A lone surrogate would become U+FFFD, and two names one.
  if (!key.isWellFormed()) throw new RangeError('the name of a key is not well-formed Unicode')
  const name = Buffer.from(key)
  if (name.length > 0xffff) throw new RangeError('the name of a key is longer than 65,535 bytes')
  return Buffer.concat([
    storeId,
    workspaceId,
    secretId,
    versionId,
    Buffer.of(name.length >> 8, name.length & 0xff),
    name,
  ])
}

function corrupt(what: string): SottoError {
  return new SottoError('value_corrupt', `A stored value cannot be opened: ${what}.`, {
    hint: 'restore the store from a backup, or write the value again with `sotto secret update`',
  })
}

function unknownKey(id: Buffer): SottoError {
  const dataKeyId = id.toString('hex')
  return new SottoError(
    'key_unknown',
    `A stored value was sealed under data key ${dataKeyId}, which the keyring does not hold.`,
    {
      hint: 'the database and its keyring do not belong together, or the value was altered: restore both from one backup',
      details: { dataKeyId },
    },
  )
}
