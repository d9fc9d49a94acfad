/**
 * The only code that touches a cipher: AES-256-GCM (NIST SP 800-38D) under a key that is used once.
 *
 *     sealed = salt 32 | commitment 32 | ciphertext | tag 16
 *     HKDF(key, salt, info) = 32 bytes of key, 32 bytes of commitment
 *     additional data = before | salt | commitment | after
 *
 * `seal` draws the salt itself and never returns the derived key, so no caller can encrypt twice under one key; that
 * makes the nonce of zeros safe. The commitment is there because GCM alone does not bind a ciphertext to one key.
 */
import { createCipheriv, createDecipheriv, timingSafeEqual } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { hkdf } from './hkdf.ts'
import type { RandomSource } from './random.ts'

const keySize = 32
const saltSize = 32
const commitmentSize = 32
const tagSize = 16
const headSize = saltSize + commitmentSize
const nonce = Buffer.alloc(12)

/** What sealing adds to the plaintext, in bytes. */
export const sealOverhead: number = headSize + tagSize

/** What a ciphertext is bound to. Opening with anything else fails. */
export interface Binding {
  readonly info: string
  /** Additional data that stands before the salt. */
  readonly before: Uint8Array
  /** Additional data that stands after the commitment. */
  readonly after: Uint8Array
}

export interface SealInput extends Binding {
  readonly key: KeyObject
  readonly plaintext: Uint8Array
  readonly random: RandomSource
}

export interface OpenInput extends Binding {
  readonly key: KeyObject
  readonly sealed: Uint8Array
}

/**
 * Why nothing was opened. `truncated`: shorter than a sealed nothing. `commitment`: another key, or a damaged head.
 * `tag`: the key is right, but the ciphertext or what it is bound to is not.
 */
export type OpenFailure = 'truncated' | 'commitment' | 'tag'

/** No further additional data. */
export const unbound: Uint8Array = Buffer.alloc(0)

/** Encrypts once, under a key of its own. Gives salt, commitment, ciphertext and tag in one buffer. */
export function seal({ key, info, before, after, plaintext, random }: SealInput): Buffer {
  const salt = random(saltSize)
  if (salt.length !== saltSize)
    throw new RangeError(`the random source gave ${salt.length} bytes instead of ${saltSize}`)
  const derived = hkdf({ key, salt, info })
  const head = Buffer.concat([salt, derived.subarray(keySize)])
  const cipher = createCipheriv('aes-256-gcm', derived.subarray(0, keySize), nonce, { authTagLength: tagSize })
  derived.fill(0)
  cipher.setAAD(Buffer.concat([before, head, after]))
  const ciphertext = cipher.update(plaintext)
  cipher.final() // gives no bytes in GCM, and must be called before the tag is read
  return Buffer.concat([head, ciphertext, cipher.getAuthTag()])
}

/**
 * Something sealed, taken apart: what opening needs and what is the same each time. It holds no value, and its key only
 * as a handle.
 */
export interface SealedParts {
  readonly key: KeyObject
  readonly info: string
  readonly salt: Uint8Array
  readonly commitment: Uint8Array
  readonly additional: Uint8Array
  readonly ciphertext: Uint8Array
  readonly tag: Uint8Array
}

/** Takes apart what `seal` made; `undefined` where it is too short. The parts are views of `sealed`. */
export function takeApart({ key, info, before, after, sealed }: OpenInput): SealedParts | undefined {
  if (sealed.length < sealOverhead) return undefined
  const head = sealed.subarray(0, headSize)
  return {
    key,
    info,
    salt: head.subarray(0, saltSize),
    commitment: head.subarray(saltSize),
    additional: Buffer.concat([before, head, after]),
    ciphertext: sealed.subarray(headSize, sealed.length - tagSize),
    tag: sealed.subarray(sealed.length - tagSize),
  }
}

/** Opens what `seal` made. The plaintext is a buffer of its own, which the caller wipes; or the reason as a word. */
export function open(input: OpenInput): Buffer | OpenFailure {
  const parts = takeApart(input)
  return parts === undefined ? 'truncated' : openParts(parts)
}

/** The same for what was taken apart. */
export function openParts(parts: SealedParts): Buffer | Exclude<OpenFailure, 'truncated'> {
  const derived = hkdf(parts)
  // A read opens a value each time, and a plain view is made in half the time of a Buffer's.
  const key = new Uint8Array(derived.buffer, derived.byteOffset, keySize)
  const commitment = new Uint8Array(derived.buffer, derived.byteOffset + keySize, commitmentSize)
  try {
    if (!timingSafeEqual(commitment, parts.commitment)) return 'commitment'
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, decipherOptions)
    decipher.setAAD(parts.additional)
    decipher.setAuthTag(parts.tag)
    const plaintext = decipher.update(parts.ciphertext)
    try {
      decipher.final()
      return plaintext
    } catch {
      plaintext.fill(0) // not authentic: nobody may see it
      return 'tag'
    }
  } finally {
    derived.fill(0)
  }
}

const decipherOptions = { authTagLength: tagSize }
