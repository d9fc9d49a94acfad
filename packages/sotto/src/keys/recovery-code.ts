/**
 * The recovery code: 160 random bits that open the recovery slot, shown once and kept on paper.
 *
 *     32 digits of base32 (Crockford's alphabet: no I, L, O, U) | 3 digits of a checksum, in 7 groups of 5
 *     checksum = first 15 bits of SHA-256('sotto/recovery-code/1' | entropy)
 *     root key = first 32 bytes of HKDF(entropy, no salt, 'sotto/recovery/1')
 *
 * Nobody guesses 160 bits, so no slow function stands before it: the code works on a machine of any size.
 */
import { createHash, createSecretKey } from 'node:crypto'
import { SottoError } from '@sotto/sdk/model'
import { hkdf } from './hkdf.ts'
import type { RandomSource } from './random.ts'
import { RootKey, rootKeySize } from './root-key.ts'

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const entropySize = 20
const entropyDigits = 32
const checksumDigits = 3
const groupSize = 5
const info = 'sotto/recovery/1'

export interface NewRecoveryCode {
  /** As a person notes it: a secret. */
  readonly code: string
  readonly rootKey: RootKey
}

export function createRecoveryCode(random: RandomSource): NewRecoveryCode {
  const entropy = random(entropySize)
  try {
    return { code: encodeRecoveryCode(entropy), rootKey: deriveRootKey(entropy, 'a new recovery code') }
  } finally {
    entropy.fill(0)
  }
}

/** The code of 20 bytes. */
export function encodeRecoveryCode(entropy: Uint8Array): string {
  const digits = toDigits(entropy, entropyDigits) + checksumOf(entropy)
  return digits.match(/.{5}/g)?.join('-') ?? ''
}

/**
 * The root key of a code, in capitals or not, with any blanks and hyphens; I and L read as 1, O as 0. Throws
 * `key_malformed` for anything else, which never says what was given.
 */
export function readRecoveryCode(text: string, origin: string): RootKey {
  const digits = text.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll(/[IL]/g, '1').replaceAll('O', '0')
  const wanted = entropyDigits + checksumDigits
  if (digits.length !== wanted) throw malformed(origin, `it has ${digits.length} of ${wanted} letters and digits`)
  const entropy = fromDigits(digits.slice(0, entropyDigits))
  if (entropy === undefined) throw malformed(origin, 'it has a character that is never used in one')
  try {
    if (checksumOf(entropy) !== digits.slice(entropyDigits)) throw malformed(origin, 'there is a mistake in it')
    return deriveRootKey(entropy, origin)
  } finally {
    entropy.fill(0)
  }
}

function deriveRootKey(entropy: Uint8Array, origin: string): RootKey {
  const derived = hkdf({ key: createSecretKey(entropy), salt: Buffer.alloc(0), info })
  const rootKey = new RootKey({ kind: 'code', origin, bytes: derived.subarray(0, rootKeySize) })
  derived.fill(0)
  return rootKey
}

function checksumOf(entropy: Uint8Array): string {
  const digest = createHash('sha256').update('sotto/recovery-code/1').update(entropy).digest()
  return toDigits(digest, checksumDigits)
}

/** The first digits of the bytes, five bits each. */
function toDigits(bytes: Uint8Array, count: number): string {
  let digits = ''
  for (let digit = 0; digit < count; digit++) {
    const bit = digit * groupSize
    const pair = ((bytes[bit >> 3] ?? 0) << 8) | (bytes[(bit >> 3) + 1] ?? 0)
    digits += alphabet.charAt((pair >> (11 - (bit & 7))) & 31)
  }
  return digits
}

function fromDigits(digits: string): Buffer | undefined {
  const bytes = Buffer.alloc(entropySize)
  let held = 0
  let heldBits = 0
  let offset = 0
  for (const digit of digits) {
    const value = alphabet.indexOf(digit)
    if (value === -1) return undefined
    held = ((held << 5) | value) & 0xfff
    heldBits += 5
    if (heldBits < 8) continue
    heldBits -= 8
    offset = bytes.writeUInt8((held >> heldBits) & 0xff, offset)
  }
  return bytes
}

function malformed(origin: string, what: string): SottoError {
  return new SottoError('key_malformed', `The recovery code from ${origin} is none: ${what}.`, {
    hint: 'copy all seven groups of five as they were shown',
  })
}
