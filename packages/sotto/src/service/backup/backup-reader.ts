/** Opens a backup: everything about the file is checked before anything of it is used. */
import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs'
import { shown, SottoError, systemCode } from '@sotto/sdk/model'
import { openKeyring } from '../../keys/keyring.ts'
import type { Keyring } from '../../keys/keyring.ts'
import type { RootKey } from '../../keys/root-key.ts'
import { schemaVersion } from '../../store/migrations.ts'
import { corruptBackup, decodeHead, newerBackup, prefixSize, readPrefix, verifyHead } from './backup-format.ts'
import type { BackupHeader, Section } from './backup-format.ts'

const chunkSize = 1024 * 1024

/** A backup whose file is sound. Close it. */
export class BackupReader implements Disposable {
  readonly header: BackupHeader
  readonly sizeBytes: number
  readonly #file: string
  readonly #descriptor: number
  readonly #head: Buffer
  /** Where each section begins. */
  readonly #offsets = new Map<Section, number>()

  /**
   * Reads the header and holds every section against its digest. Codes: `file_unreadable`, `backup_corrupt`,
   * `backup_newer`, `keyring_corrupt`, `keyring_newer`.
   */
  constructor(file: string) {
    this.#file = file
    this.#descriptor = openFile(file)
    try {
      this.sizeBytes = fstatSync(this.#descriptor).size
      const headSize = readPrefix(this.#read(0, Math.min(prefixSize, this.sizeBytes)))
      this.#head = this.#read(prefixSize, headSize)
      this.header = decodeHead(this.#head)
      if (this.header.schemaVersion > schemaVersion) throw newerSchema(this.header)
      this.#placeSections(prefixSize + headSize)
      for (const section of this.header.sections) this.copy(section, undefined)
    } catch (error) {
      this[Symbol.dispose]()
      throw error
    }
  }

  /** The keyring of the backup. Throws `key_wrong`, which names the key it wants, `keyring_corrupt` and `backup_corrupt`. */
  open(rootKey: RootKey): Keyring {
    const keyring = openKeyring(this.header.keyring, rootKey)
    if (!verifyHead(this.#head, keyring)) throw corruptBackup('its header was altered: the signature does not hold')
    return keyring
  }

  /** Writes the section into the open file, or nowhere, and compares its digest. Throws `backup_corrupt`. */
  copy(section: Section, target: number | undefined): void {
    const digest = createHash('sha256')
    const start = this.#offsets.get(section) ?? 0
    for (let at = 0; at < section.sizeBytes; at += chunkSize) {
      const chunk = this.#read(start + at, Math.min(chunkSize, section.sizeBytes - at))
      digest.update(chunk)
      if (target !== undefined) writeWhole(target, chunk)
    }
    if (digest.digest('hex') !== section.sha256) throw corruptBackup(`its part "${section.name}" was altered`)
    if (target !== undefined) fsyncSync(target)
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor)
  }

  #placeSections(start: number): void {
    let offset = start
    for (const section of this.header.sections) {
      this.#offsets.set(section, offset)
      offset += section.sizeBytes
    }
    if (offset > this.sizeBytes) throw truncated(this.sizeBytes, offset)
    if (offset < this.sizeBytes) throw corruptBackup('there is more in the file than in the backup')
  }

  #read(offset: number, size: number): Buffer {
    const bytes = Buffer.alloc(Math.min(size, Math.max(0, this.sizeBytes - offset)))
    const read = readSync(this.#descriptor, bytes, 0, bytes.length, offset)
    if (read < size && offset + size > this.sizeBytes) throw truncated(this.sizeBytes, offset + size)
    if (read < size) throw new SottoError('file_unreadable', `${shown(this.#file)} changed while it was read`)
    return bytes
  }
}

function openFile(file: string): number {
  try {
    // Not blocking: a named pipe would wait for a writer for ever.
    const descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    if (fstatSync(descriptor).isFile()) return descriptor
    closeSync(descriptor)
  } catch (error) {
    const code = systemCode(error) ?? 'unknown error'
    throw new SottoError('file_unreadable', `the backup ${shown(file)} cannot be read (${code})`)
  }
  throw new SottoError('file_unreadable', `${shown(file)} is not a regular file`)
}

function writeWhole(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at)
}

function truncated(size: number, needed: number): SottoError {
  return corruptBackup(`it ends after ${String(size)} of ${String(needed)} bytes`)
}

function newerSchema(header: BackupHeader): SottoError {
  return newerBackup(
    `its store has schema ${String(header.schemaVersion)}, and this Sotto knows up to ${String(schemaVersion)}`,
  )
}
