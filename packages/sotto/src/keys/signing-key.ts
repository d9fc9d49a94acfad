import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

/** RFC 8410: what stands before the 32 bytes of an Ed25519 seed in PKCS #8 … */
const privatePrefix = Buffer.from('302e020100300506032b657004220420', 'hex')
/** … and before the 32 bytes of a public key in SubjectPublicKeyInfo. */
const publicPrefix = Buffer.from('302a300506032b6570032100', 'hex')
const publicKeySize = 32

/** The store's Ed25519 key (RFC 8032), which signs the audit chain. */
export class SigningKey {
  readonly #private: KeyObject
  /** Raw, 32 bytes. */
  readonly publicKey: Buffer

  /** From a seed of 32 bytes, which the caller wipes. */
  constructor(seed: Uint8Array) {
    const encoded = Buffer.concat([privatePrefix, seed])
    this.#private = createPrivateKey({ key: encoded, format: 'der', type: 'pkcs8' })
    encoded.fill(0)
    const spki = createPublicKey(this.#private).export({ format: 'der', type: 'spki' })
    this.publicKey = Buffer.from(spki.subarray(publicPrefix.length))
  }

  /** 64 bytes. What is signed begins with a word for its purpose: the caller sees to it. */
  sign(bytes: Uint8Array): Buffer {
    return sign(null, bytes, this.#private)
  }
}

export interface SignatureInput {
  /** Raw, 32 bytes. */
  readonly publicKey: Uint8Array
  readonly bytes: Uint8Array
  readonly signature: Uint8Array
}

/** Is it an Ed25519 signature of the bytes under this key? False for keys and signatures of a wrong size too. */
export function verifySignature({ publicKey, bytes, signature }: SignatureInput): boolean {
  if (publicKey.length !== publicKeySize || signature.length !== 64) return false
  const key = createPublicKey({ key: Buffer.concat([publicPrefix, publicKey]), format: 'der', type: 'spki' })
  return verify(null, bytes, key, signature)
}

/** By which people name a public key: 64 hex digits, SHA-256 of its 32 bytes. */
export function fingerprint(publicKey: Uint8Array): string {
  return createHash('sha256').update(publicKey).digest('hex')
}
