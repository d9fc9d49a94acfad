import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

/** RFC 8410: what stands before the 32 bytes of an Ed25519 seed in PKCS #8. */
const privatePrefix = Buffer.from('302e020100300506032b657004220420', 'hex')
const publicKeySize = 32
const signatureSize = 64

/** The store's Ed25519 key (RFC 8032), which signs the audit chain. */
export class SigningKey {
  readonly #private: KeyObject
  #publicKey: Buffer | undefined

  /** From a seed of 32 bytes, which the caller wipes. */
  constructor(seed: Uint8Array) {
    const encoded = Buffer.concat([privatePrefix, seed])
    this.#private = createPrivateKey({ key: encoded, format: 'der', type: 'pkcs8' })
    encoded.fill(0)
  }

  /** Raw, 32 bytes. Made when it is asked for: a read, which signs, has no use for it, and it costs 1 ms at start. */
  get publicKey(): Buffer {
    this.#publicKey ??= Buffer.from(
      createPublicKey(this.#private).export({ format: 'der', type: 'spki' }).subarray(-publicKeySize),
    )
    return this.#publicKey
  }

  /** 64 bytes. What is signed begins with a word for its purpose: the caller sees to it. */
  sign(bytes: Uint8Array): Buffer {
    return sign(null, bytes, this.#private)
  }

  /** Did this key sign the bytes? */
  verify(bytes: Uint8Array, signature: Uint8Array): boolean {
    // The private key stands for its public half.
    return signature.length === signatureSize && verify(null, bytes, this.#private, signature)
  }
}

/** RFC 8410: what stands before the 32 bytes of an Ed25519 public key in a SubjectPublicKeyInfo. */
const publicPrefix = Buffer.from('302a300506032b6570032100', 'hex')

/** Did the key with these 32 bytes sign it? For whoever has no root key; `false` too for bytes that are no key. */
export function verifySignature(publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== publicKeySize || signature.length !== signatureSize) return false
  try {
    const key = createPublicKey({ key: Buffer.concat([publicPrefix, publicKey]), format: 'der', type: 'spki' })
    return verify(null, bytes, key, signature)
  } catch {
    return false // 32 bytes that are no point of the curve
  }
}

/** By which people name a public key: 64 hex digits, SHA-256 of its 32 bytes. */
export function fingerprint(publicKey: Uint8Array): string {
  return createHash('sha256').update(publicKey).digest('hex')
}
