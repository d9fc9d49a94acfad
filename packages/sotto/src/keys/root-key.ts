import { createSecretKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { hkdf } from './hkdf.ts'

/** Where root keys come from, in the order of their numbers in the format: `file` is 1. */
export const rootKeyKinds = ['file', 'env', 'passphrase', 'kms', 'transit', 'code'] as const

export type RootKeyKind = (typeof rootKeyKinds)[number]

/** Bytes of a root key. */
export const rootKeySize = 32

const info = 'sotto/root-key/1'
const noParameters = new Uint8Array()

export interface RootKeyInput {
  readonly kind: RootKeyKind
  /** For messages: a path or the name of a variable. */
  readonly origin: string
  /** 32 bytes, copied; the caller wipes them. */
  readonly bytes: Uint8Array
  /** What its provider keeps in the slot, to find the key again: salt and costs of a passphrase. None by default. */
  readonly parameters?: Uint8Array
}

/** A root key in memory. Printing, logging or serializing it shows where it is from, never its bytes. */
export class RootKey {
  readonly kind: RootKeyKind
  readonly origin: string
  /** 16 hex digits, by which a keyring says which key it wants. Not reversible. */
  readonly id: string
  /** What the slot keeps for the provider. Empty for most. */
  readonly parameters: Buffer
  readonly #key: KeyObject

  constructor({ kind, origin, bytes, parameters = noParameters }: RootKeyInput) {
    if (bytes.length !== rootKeySize) throw new RangeError(`a root key is ${rootKeySize} bytes, not ${bytes.length}`)
    this.kind = kind
    this.origin = origin
    this.parameters = Buffer.from(parameters)
    this.#key = createSecretKey(bytes)
    this.id = deriveId(this.#key)
  }

  /** For `seal` and `open`. A handle: its bytes lie outside the JavaScript heap and no printer shows them. */
  get key(): KeyObject {
    return this.#key
  }
}

/** The first 8 bytes of HKDF with an empty salt. The same in every store, for a provider does not know the store. */
function deriveId(key: KeyObject): string {
  const derived = hkdf({ key, salt: Buffer.alloc(0), info })
  const id = derived.toString('hex', 0, 8)
  derived.fill(0)
  return id
}
