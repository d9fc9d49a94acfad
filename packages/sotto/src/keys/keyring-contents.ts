/**
 * What the keyring's body holds, before it is sealed.
 *
 *     version u8 = 1 | fields, each: tag u8, u16 size, content
 *     1 token key 32 | 2 row key 32 | 3 cursor key 32 | 4 Ed25519 seed 32      once each, in this order
 *     5 data key: id 8, state u8 (1 active, 2 retired, 3 previous), created u64, retired u64 (0 unless retired), key 32
 *       one or more, exactly one of them active
 *
 * Tagged fields, so that a later Sotto can add a key and an older one says "newer" and not "damaged"; one encoding for
 * one content. A destroyed data key is simply no longer there.
 */
import { corruptKeyring, KeyringReader, newerKeyring } from './keyring-reader.ts'
import type { RandomSource } from './random.ts'
import { dataKeyIdSize } from './value-blob.ts'

const version = 1
const keySize = 32
const dataKeyTag = 5
const dataKeyFieldSize = dataKeyIdSize + 1 + 8 + 8 + keySize
/** A key a month for 85 years. Keeps the size of a keyring bounded. */
const maxDataKeys = 1024

/** The single keys, in the order of their tags: `tokenKey` is 1. */
const singleKeys = ['tokenKey', 'rowKey', 'cursorKey', 'signingSeed'] as const

/** Keys as raw bytes. Whoever holds them wipes them. */
export interface KeyringContents {
  readonly tokenKey: Buffer
  readonly rowKey: Buffer
  readonly cursorKey: Buffer
  readonly signingSeed: Buffer
  readonly dataKeys: readonly DataKeyContents[]
}

/**
 * In the order of their numbers: `active` is 1, and seals and opens. The others open only: `previous` is one that values
 * may still lie under, `retired` one that nothing lay under when it was retired, and that waits to be destroyed.
 */
export const dataKeyStates = ['active', 'retired', 'previous'] as const

export type DataKeyState = (typeof dataKeyStates)[number]

export interface DataKeyContents {
  /** 8 bytes, random. */
  readonly id: Buffer
  readonly state: DataKeyState
  readonly createdAtMs: number
  /** `undefined` unless it is retired. */
  readonly retiredAtMs: number | undefined
  readonly key: Buffer
}

/** A new set of keys, which the caller wipes. */
export function createContents(nowMs: number, random: RandomSource): KeyringContents {
  return {
    tokenKey: random(keySize),
    rowKey: random(keySize),
    cursorKey: random(keySize),
    signingSeed: random(keySize),
    dataKeys: [createDataKey(nowMs, random)],
  }
}

/** A new active data key. */
export function createDataKey(nowMs: number, random: RandomSource): DataKeyContents {
  return {
    id: random(dataKeyIdSize),
    state: 'active',
    createdAtMs: nowMs,
    retiredAtMs: undefined,
    key: random(keySize),
  }
}

export function wipeContents({ tokenKey, rowKey, cursorKey, signingSeed, dataKeys }: KeyringContents): void {
  for (const bytes of [tokenKey, rowKey, cursorKey, signingSeed, ...dataKeys.map(({ key }) => key)]) bytes.fill(0)
}

/** The body before sealing, which the caller wipes. */
export function encodeContents(contents: KeyringContents): Buffer {
  if (contents.dataKeys.length > maxDataKeys) throw new RangeError(`a keyring holds at most ${maxDataKeys} data keys`)
  const bytes = Buffer.alloc(1 + singleKeys.length * (3 + keySize) + contents.dataKeys.length * (3 + dataKeyFieldSize))
  let offset = bytes.writeUInt8(version)
  const putHead = (tag: number, size: number): void => {
    offset = bytes.writeUInt8(tag, offset)
    offset = bytes.writeUInt16BE(size, offset)
  }
  const putBytes = (content: Uint8Array): void => {
    bytes.set(content, offset)
    offset += content.length
  }
  for (const [index, name] of singleKeys.entries()) {
    putHead(index + 1, keySize)
    putBytes(contents[name])
  }
  for (const dataKey of contents.dataKeys) {
    putHead(dataKeyTag, dataKeyFieldSize)
    putBytes(dataKey.id)
    offset = bytes.writeUInt8(dataKeyStates.indexOf(dataKey.state) + 1, offset)
    offset = bytes.writeBigUInt64BE(BigInt(dataKey.createdAtMs), offset)
    offset = bytes.writeBigUInt64BE(BigInt(dataKey.retiredAtMs ?? 0), offset)
    putBytes(dataKey.key)
  }
  return bytes
}

/** Reads an opened body. The keys are views: wiping `bytes` wipes them. Throws `keyring_corrupt`, `keyring_newer`. */
export function decodeContents(bytes: Uint8Array): KeyringContents {
  const reader = new KeyringReader(bytes)
  const given = reader.uint8()
  if (given !== version) throw newerKeyring(`the version of its contents is ${given}`)
  const singles: Buffer[] = []
  const dataKeys: DataKeyContents[] = []
  while (reader.remaining > 0) {
    const tag = reader.uint8()
    const field = reader.bytes(reader.uint16())
    if (tag === 0 || tag > dataKeyTag) throw newerKeyring(`it holds a field of kind ${tag}`)
    if (tag === dataKeyTag) dataKeys.push(decodeDataKey(field))
    else if (tag !== singles.length + 1 || dataKeys.length > 0 || field.length !== keySize)
      throw corruptKeyring('its fields are out of order')
    else singles.push(field)
  }
  const [tokenKey, rowKey, cursorKey, signingSeed] = singles
  if (tokenKey === undefined || rowKey === undefined || cursorKey === undefined || signingSeed === undefined) {
    throw corruptKeyring('it lacks a key')
  }
  refuseInconsistent(dataKeys)
  return { tokenKey, rowKey, cursorKey, signingSeed, dataKeys }
}

function decodeDataKey(field: Buffer): DataKeyContents {
  if (field.length !== dataKeyFieldSize) throw corruptKeyring('a data key has the wrong size')
  const reader = new KeyringReader(field)
  const id = reader.bytes(dataKeyIdSize)
  const stateNumber = reader.uint8()
  const createdAtMs = reader.timeMs()
  const retiredAtMs = reader.timeMs()
  const key = reader.bytes(keySize)
  const state = dataKeyStates[stateNumber - 1]
  if (state === undefined) throw newerKeyring(`it has a data key in state ${stateNumber}`)
  if ((state === 'retired') !== retiredAtMs > 0) throw corruptKeyring('the state of a data key is unclear')
  return { id, state, createdAtMs, retiredAtMs: state === 'retired' ? retiredAtMs : undefined, key }
}

function refuseInconsistent(dataKeys: readonly DataKeyContents[]): void {
  if (dataKeys.length > maxDataKeys) throw corruptKeyring('it holds too many data keys')
  if (dataKeys.filter(({ state }) => state === 'active').length !== 1)
    throw corruptKeyring('it has not exactly one active data key')
  if (new Set(dataKeys.map((dataKey) => dataKey.id.toString('hex'))).size !== dataKeys.length)
    throw corruptKeyring('two data keys have one id')
}
