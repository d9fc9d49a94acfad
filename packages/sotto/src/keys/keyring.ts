/**
 * The opened keyring: every key a store needs, each used for one thing. Its keys are handles outside the JavaScript
 * heap, so neither printing nor a heap snapshot shows them; the raw bytes are wiped as soon as the handles exist.
 */
import { createSecretKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { openKeyringBody, readKeyring, sealKeyring } from './keyring-blob.ts'
import { createContents, decodeContents, wipeContents } from './keyring-contents.ts'
import type { DataKeyState, KeyringContents } from './keyring-contents.ts'
import { sealSlot } from './keyring-slot.ts'
import { mac, macsEqual } from './mac.ts'
import type { MacPart } from './mac.ts'
import type { RandomSource } from './random.ts'
import type { RootKey } from './root-key.ts'
import { fingerprint, SigningKey } from './signing-key.ts'
import { readValue, sealValue } from './value-blob.ts'
import type { DataKey, SealedValue, ValueContext } from './value-blob.ts'

/** A data key without its bytes. */
export interface DataKeyInfo {
  /** 16 hex digits. */
  readonly id: string
  readonly state: DataKeyState
  readonly createdAtMs: number
  readonly retiredAtMs: number | undefined
}

/** Where a value belongs within the keyring's store. */
export type ValuePlace = Omit<ValueContext, 'storeId'>

export interface KeyringInput {
  readonly storeId: Uint8Array
  readonly generation: number
  /** Raw keys, copied; the caller wipes them. */
  readonly contents: KeyringContents
}

export class Keyring {
  /** 16 bytes, born with the keyring. */
  readonly storeId: Buffer
  /** Grows by one with each write of the keyring. */
  readonly generation: number
  readonly dataKeys: readonly DataKeyInfo[]
  /** 16 hex digits: the key that `sealValue` uses. */
  readonly activeDataKeyId: string
  readonly #active: DataKey
  readonly #dataKeys: ReadonlyMap<string, KeyObject>
  readonly #tokenKey: KeyObject
  readonly #rowKey: KeyObject
  readonly #cursorKey: KeyObject
  readonly #signingKey: SigningKey

  /** Use `createKeyring` or `openKeyring`. */
  constructor({ storeId, generation, contents }: KeyringInput) {
    this.storeId = Buffer.from(storeId)
    this.generation = generation
    this.dataKeys = contents.dataKeys.map(({ id, state, createdAtMs, retiredAtMs }) => ({
      id: id.toString('hex'),
      state,
      createdAtMs,
      retiredAtMs,
    }))
    this.#dataKeys = new Map(contents.dataKeys.map(({ id, key }) => [id.toString('hex'), createSecretKey(key)]))
    this.#active = findActive(contents, this.#dataKeys)
    this.activeDataKeyId = Buffer.from(this.#active.id).toString('hex')
    this.#tokenKey = createSecretKey(contents.tokenKey)
    this.#rowKey = createSecretKey(contents.rowKey)
    this.#cursorKey = createSecretKey(contents.cursorKey)
    this.#signingKey = new SigningKey(contents.signingSeed)
  }

  /** Seals a value under the active data key. The caller keeps and wipes `value`. */
  sealValue({ place, value, random }: { place: ValuePlace; value: Uint8Array; random: RandomSource }): Buffer {
    return sealValue({ dataKey: this.#active, context: { ...place, storeId: this.storeId }, value, random })
  }

  /**
   * Opens a value; the caller wipes it. Throws `value_corrupt`, and `key_unknown` where the keyring has not (yet) that
   * data key: the caller reloads the keyring once.
   */
  openValue(input: { place: ValuePlace; blob: Uint8Array }): Buffer {
    return this.readValue(input).open()
  }

  /** What opens the value as often as it is asked to; it is of use as long as this keyring is. Codes as of `openValue`. */
  readValue({ place, blob }: { place: ValuePlace; blob: Uint8Array }): SealedValue {
    const findDataKey = (id: Buffer): KeyObject | undefined => this.#dataKeys.get(id.toString('hex'))
    return readValue({ blob, context: { ...place, storeId: this.storeId }, findDataKey })
  }

  /** 32 bytes, by which a token is looked up. */
  tokenMac(parts: readonly MacPart[]): Buffer {
    return mac(this.#tokenKey, 'sotto/token/1', parts)
  }

  /** 32 bytes over the protected columns of a row. The first part names the table. */
  rowMac(parts: readonly MacPart[]): Buffer {
    return mac(this.#rowKey, 'sotto/row/1', parts)
  }

  /** Is it the row's MAC? In constant time. */
  verifyRowMac(parts: readonly MacPart[], given: Uint8Array): boolean {
    return macsEqual(this.rowMac(parts), given)
  }

  /** 32 bytes, which keep a cursor to its principal, filter and sort. */
  cursorMac(parts: readonly MacPart[]): Buffer {
    return mac(this.#cursorKey, 'sotto/cursor/1', parts)
  }

  /** Is it the cursor's MAC? In constant time. */
  verifyCursorMac(parts: readonly MacPart[], given: Uint8Array): boolean {
    return macsEqual(this.cursorMac(parts), given)
  }

  /** Ed25519 under the audit key: 64 bytes. */
  sign(bytes: Uint8Array): Buffer {
    return this.#signingKey.sign(bytes)
  }

  /** Did this store's audit key sign it? */
  verify(bytes: Uint8Array, signature: Uint8Array): boolean {
    return this.#signingKey.verify(bytes, signature)
  }

  /** The audit key's public part, raw, 32 bytes. */
  get auditPublicKey(): Buffer {
    return this.#signingKey.publicKey
  }

  /** By which people name the audit key: 64 hex digits. */
  get auditFingerprint(): string {
    return fingerprint(this.auditPublicKey)
  }
}

export interface CreateKeyringInput {
  readonly rootKey: RootKey
  /** 16 random bytes. */
  readonly storeId: Uint8Array
  readonly nowMs: number
  readonly random: RandomSource
}

/** The keyring of a new store, and the blob to keep. Generation 1, one primary slot, one data key. */
export function createKeyring({ rootKey, storeId, nowMs, random }: CreateKeyringInput): {
  keyring: Keyring
  blob: Buffer
} {
  const generation = 1
  const contents = createContents(nowMs, random)
  const keyringKeyBytes = random(32)
  const keyringKey = createSecretKey(keyringKeyBytes)
  try {
    const slots = [sealSlot({ storeId, role: 'primary', rootKey, parameters: rootKey.parameters, keyringKey, random })]
    const blob = sealKeyring({ storeId, generation, slots, keyringKey, contents, random })
    return { keyring: new Keyring({ storeId, generation, contents }), blob }
  } finally {
    keyringKeyBytes.fill(0)
    wipeContents(contents)
  }
}

/**
 * Opens a keyring with the root key of either slot. Throws `key_wrong` (says which key it wants), `keyring_corrupt`
 * and `keyring_newer`.
 */
export function openKeyring(blob: Uint8Array, rootKey: RootKey): Keyring {
  const parsed = readKeyring(blob)
  const body = openKeyringBody(parsed, rootKey)
  try {
    return new Keyring({ storeId: parsed.storeId, generation: parsed.generation, contents: decodeContents(body) })
  } finally {
    body.fill(0)
  }
}

function findActive({ dataKeys }: KeyringContents, handles: ReadonlyMap<string, KeyObject>): DataKey {
  const id = dataKeys.find(({ state }) => state === 'active')?.id
  const key = id && handles.get(id.toString('hex'))
  if (id === undefined || key === undefined) throw new RangeError('a keyring needs an active data key')
  return { id: Buffer.from(id), key }
}
