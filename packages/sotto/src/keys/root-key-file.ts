/**
 * A root key in a file. The first use makes it:
 *
 *     temporary file (0600, exclusive) -> write -> fsync -> link to its name -> unlink the temporary -> fsync folders
 *
 * A link fails where the name is taken and appears with its whole content, so any number of first uses at the same
 * moment agree on one key, and nobody ever reads half of one. (A rename would replace the other's key.)
 */
import { closeSync, fchmodSync, fsyncSync, linkSync, openSync, unlinkSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isSottoError, shellWord, SottoError, systemCode } from '@sotto/sdk/model'
import { makeFolder } from '../files/make-folder.ts'
import { refuseInsecureFolder } from './key-file-safety.ts'
import type { RandomSource } from './random.ts'
import { malformedKeyFile, readKeyFile } from './read-key-file.ts'
import type { RootKeyProvider } from './root-key-provider.ts'
import { maxRootKeyTextSize, parseRootKeyText } from './root-key-text.ts'
import { RootKey, rootKeySize } from './root-key.ts'

export interface RootKeyFileOptions {
  /** Absolute. */
  readonly path: string
  /** May a missing file be made? Only for a store that does not exist yet. */
  readonly creates: boolean
  readonly storeExists: boolean
  readonly random: RandomSource
  /** Effective user id; `undefined` where the system has none. */
  readonly userId: number | undefined
}

export class RootKeyFile implements RootKeyProvider {
  readonly kind = 'file'
  readonly #path: string
  readonly #creates: boolean
  readonly #storeExists: boolean
  readonly #random: RandomSource
  readonly #userId: number | undefined

  constructor({ path, creates, storeExists, random, userId }: RootKeyFileOptions) {
    this.#path = path
    this.#creates = creates
    this.#storeExists = storeExists
    this.#random = random
    this.#userId = userId
  }

  describe(): string {
    return this.#path
  }

  /** Throws `key_missing` (absent, unreadable, or not to be made), `key_malformed` and `key_insecure`. */
  get(): RootKey {
    const present = this.#find()
    if (present !== undefined && !this.#creates) return present
    if (!this.#creates) throw missing(this.#path, this.#storeExists)
    if (present === undefined) createKeyFile(this.#path, this.#random)
    // Whoever made it: a store must not outlive a power cut that its key does not.
    syncFolders(dirname(this.#path))
    const made = present ?? this.#find()
    if (made === undefined) throw missing(this.#path, this.#storeExists)
    return made
  }

  #find(): RootKey | undefined {
    return findRootKeyFile(this.#path, this.#userId)
  }
}

/** The key in a file; `undefined` where there is none. Throws `key_missing` (unreadable), `key_malformed`, `key_insecure`. */
export function findRootKeyFile(path: string, userId: number | undefined): RootKey | undefined {
  const text = Buffer.alloc(maxRootKeyTextSize + 1) // one more, to see that a file is too long
  try {
    const size = readKeyFile({ path, target: text, userId, what: 'root key', isKey: holdsRootKey })
    if (size === undefined) return undefined
    const bytes = parseRootKeyText(text.toString('latin1', 0, size))
    if (bytes === undefined) {
      const expected = 'it does not hold 64 hex digits or the base64 of 32 bytes, and nothing else'
      throw malformedKeyFile(path, 'root key', expected)
    }
    const rootKey = new RootKey({ kind: 'file', origin: path, bytes })
    bytes.fill(0)
    return rootKey
  } finally {
    text.fill(0)
  }
}

function holdsRootKey(text: Buffer): boolean {
  const bytes = parseRootKeyText(text.toString('latin1'))
  bytes?.fill(0)
  return bytes !== undefined
}

/** Makes the file with a new key. Does nothing where the name is taken by then. */
function createKeyFile(path: string, random: RandomSource): void {
  writeNewKey(path, random, (temporary) => {
    try {
      linkSync(temporary, path)
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error
    } finally {
      unlinkSync(temporary)
    }
  })
}

/** Writes a new key into a temporary file beside `path`, which `place` gives its name. Throws `key_missing`. */
export function writeNewKey(path: string, random: RandomSource, place: (temporary: string) => void): void {
  const folder = dirname(path)
  const key = random(rootKeySize)
  const text = Buffer.from(`${key.toString('hex')}\n`)
  key.fill(0)
  try {
    refuseInsecureFolder(path, folder)
    makeFolder(folder)
    const temporary = join(folder, `.root-key-${process.pid}-${random(8).toString('hex')}`)
    writeNewFile(temporary, text)
    place(temporary)
  } catch (error) {
    throw isSottoError(error) ? error : unmakable(path, error)
  } finally {
    text.fill(0)
  }
}

/** Writes a file of our own, 0600 before its first byte, and waits until the disk has it. */
function writeNewFile(path: string, content: Buffer): void {
  const descriptor = openSync(path, 'wx', 0o600)
  try {
    fchmodSync(descriptor, 0o600) // an odd umask may have taken our own right to read
    if (writeSync(descriptor, content) !== content.length) throw new Error('short write')
    fsyncSync(descriptor)
  } catch (error) {
    unlinkSync(path)
    throw error
  } finally {
    closeSync(descriptor)
  }
}

/** Makes the names down to the file durable. Folders that another account owns may be closed to us, and are its matter. */
export function syncFolders(folder: string): void {
  for (let current = folder, above = dirname(folder); ; current = above, above = dirname(above)) {
    try {
      const descriptor = openSync(current, 'r')
      try {
        fsyncSync(descriptor)
      } finally {
        closeSync(descriptor)
      }
    } catch {
      return
    }
    if (above === current) return
  }
}

function missing(path: string, storeExists: boolean): SottoError {
  return new SottoError('key_missing', `There is no root key at ${path}. Nothing was changed.`, {
    hint: storeExists
      ? 'put the key file of this store back, or give its key in SOTTO_ROOT_KEY_FILE or SOTTO_ROOT_KEY: no other key opens the store'
      : `make it, and keep a copy elsewhere: (umask 077; openssl rand -hex 32 > ${shellWord(path)})`,
    details: { path },
  })
}

function unmakable(path: string, cause: unknown): SottoError {
  const reason = systemCode(cause) ?? 'unknown'
  return new SottoError('key_missing', `The root key at ${path} cannot be made (${reason}).`, {
    hint: 'make the folder writable, choose another by SOTTO_HOME, or give a key in SOTTO_ROOT_KEY_FILE or SOTTO_ROOT_KEY',
    details: { path, reason },
    cause,
  })
}
