import { SottoError } from '@sotto/sdk/model'

/**
 * Reads big-endian fields in their order. Gives views, so a length from the input never allocates anything.
 * Throws `keyring_corrupt` where the bytes run out.
 */
export class KeyringReader {
  readonly #bytes: Buffer
  #offset = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  get offset(): number {
    return this.#offset
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset
  }

  uint8(): number {
    return this.bytes(1).readUInt8()
  }

  uint16(): number {
    return this.bytes(2).readUInt16BE()
  }

  uint32(): number {
    return this.bytes(4).readUInt32BE()
  }

  /** Milliseconds since 1970, kept in 64 bits. */
  timeMs(): number {
    const time = Number(this.bytes(8).readBigUInt64BE())
    if (!Number.isSafeInteger(time)) throw corruptKeyring('a time in it is out of range')
    return time
  }

  bytes(size: number): Buffer {
    if (size > this.remaining) throw corruptKeyring('it ends too early')
    const start = this.#offset
    this.#offset += size
    return this.#bytes.subarray(start, this.#offset)
  }
}

/** A keyring whose bytes are damaged or were altered. `what` names the fault, never a key. */
export function corruptKeyring(what: string): SottoError {
  return new SottoError('keyring_corrupt', `The store's keyring is damaged or was altered: ${what}.`, {
    hint: 'restore the store from a backup: without its keyring no value can be opened',
  })
}

/** A keyring of a later format than this program knows. */
export function newerKeyring(what: string): SottoError {
  return new SottoError('keyring_newer', `The store's keyring was written by a newer Sotto: ${what}.`, {
    hint: 'run the version of Sotto that last wrote this store, or a later one',
  })
}
