/**
 * A slot: the keyring key, sealed under one root key.
 *
 *     role u8 | kind u8 | root-key id 8 | u16 size and parameters | salt 32 | commitment 32 | keyring key 32 | tag 16
 *     additional data = `STK1` | store id | the slot up to its ciphertext
 *
 * The generation is not bound, so that adding a data key leaves the slots as they are.
 */
import { createSecretKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { corruptKeyring, newerKeyring } from './keyring-reader.ts'
import type { KeyringReader } from './keyring-reader.ts'
import type { RandomSource } from './random.ts'
import { rootKeyKinds } from './root-key.ts'
import type { RootKey, RootKeyKind } from './root-key.ts'
import { open, seal, sealOverhead, unbound } from './seal.ts'

const info = 'sotto/slot/1'
const keyringKeySize = 32
const rootKeyIdSize = 8

/** What every keyring begins with. */
export const keyringMagic: Buffer = Buffer.from('STK1')

/** The most a provider may keep in its slot, in bytes (a wrapped key, a salt, work factors): capped on reading too. */
export const maxParametersSize = 4096

/** In the order of their numbers: `primary` is 1. A keyring has the primary slot, then perhaps the recovery slot. */
export const slotRoles = ['primary', 'recovery'] as const

export type SlotRole = (typeof slotRoles)[number]

export interface Slot {
  readonly role: SlotRole
  readonly kind: RootKeyKind
  /** 16 hex digits. */
  readonly rootKeyId: string
  readonly parameters: Buffer
  /** The bytes before its salt. */
  readonly head: Buffer
  readonly sealed: Buffer
}

export interface SealSlotInput {
  readonly storeId: Uint8Array
  readonly role: SlotRole
  readonly rootKey: RootKey
  readonly parameters: Uint8Array
  readonly keyringKey: KeyObject
  readonly random: RandomSource
}

/** Seals the keyring key for one root key. Gives the whole slot. */
export function sealSlot({ storeId, role, rootKey, parameters, keyringKey, random }: SealSlotInput): Buffer {
  if (parameters.length > maxParametersSize)
    throw new RangeError(`the parameters of a slot are longer than ${maxParametersSize} bytes`)
  const head = Buffer.concat([
    Buffer.of(slotRoles.indexOf(role) + 1, rootKeyKinds.indexOf(rootKey.kind) + 1),
    Buffer.from(rootKey.id, 'hex'),
    Buffer.of(parameters.length >> 8, parameters.length & 0xff),
    parameters,
  ])
  const plaintext = keyringKey.export()
  const before = Buffer.concat([keyringMagic, storeId, head])
  const sealed = seal({ key: rootKey.key, info, before, after: unbound, plaintext, random })
  plaintext.fill(0)
  return Buffer.concat([head, sealed])
}

/** Reads the slot at the reader's place. Throws `keyring_corrupt`, or `keyring_newer` for an unknown role or kind. */
export function readSlot(reader: KeyringReader): Slot {
  const roleNumber = reader.uint8()
  const kindNumber = reader.uint8()
  const idBytes = reader.bytes(rootKeyIdSize)
  const sizeBytes = reader.bytes(2)
  const size = sizeBytes.readUInt16BE()
  if (size > maxParametersSize) throw corruptKeyring(`a slot claims ${size} bytes of parameters`)
  const parameters = reader.bytes(size)
  const sealed = reader.bytes(sealOverhead + keyringKeySize)
  const role = slotRoles[roleNumber - 1]
  if (role === undefined) throw newerKeyring(`it has a slot of role ${roleNumber}`)
  const kind = rootKeyKinds[kindNumber - 1]
  if (kind === undefined) throw newerKeyring(`it has a root key of kind ${kindNumber}`)
  const head = Buffer.concat([Buffer.of(roleNumber, kindNumber), idBytes, sizeBytes, parameters])
  return { role, kind, rootKeyId: idBytes.toString('hex'), parameters, head, sealed }
}

/** The keyring key. Throws `keyring_corrupt`: the root key's id fits, so only altered bytes can keep it shut. */
export function openSlot(slot: Slot, storeId: Uint8Array, rootKey: RootKey): KeyObject {
  const before = Buffer.concat([keyringMagic, storeId, slot.head])
  const opened = open({ key: rootKey.key, info, before, after: unbound, sealed: slot.sealed })
  if (typeof opened === 'string') throw corruptKeyring(`its ${slot.role} slot does not open`)
  const key = createSecretKey(opened)
  opened.fill(0)
  return key
}
