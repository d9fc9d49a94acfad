/** Reads a file that holds a key or a passphrase, once it is seen to be nobody else's. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { isSottoError, shellWord, SottoError, systemCode } from '@sotto/sdk/model'
import { refuseInsecureFile } from './key-file-safety.ts'

export interface ReadKeyFileInput {
  readonly path: string
  /** At most so many bytes are read into it. */
  readonly target: Buffer
  /** Effective user id; `undefined` where the system has none. */
  readonly userId: number | undefined
  /** For messages. */
  readonly what: KeyFileContent
  /** Does this text look like one? Only for the hint of a refusal. */
  readonly isKey: (text: Buffer) => boolean
}

export type KeyFileContent = 'root key' | 'passphrase' | 'store password'

/**
 * Gives the number of bytes, or `undefined` where there is no file. Throws `key_missing` (unreadable), `key_malformed`
 * (no regular file) and `key_insecure`.
 */
export function readKeyFile({ path, target, userId, what, isKey }: ReadKeyFileInput): number | undefined {
  let descriptor: number
  try {
    // Not blocking: a named pipe would wait for a writer for ever.
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)) // Windows has no such flag
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw unreadable(path, what, error)
  }
  try {
    const stat = fstatSync(descriptor) // of the opened file, so that nobody can exchange it after the look
    if (!stat.isFile()) throw malformedKeyFile(path, what, 'it is not a regular file')
    const size = readSync(descriptor, target, 0, target.length, 0)
    refuseInsecureFile({ path, stat, userId, isKey: isKey(target.subarray(0, size)) })
    return size
  } catch (error) {
    throw isSottoError(error) ? error : unreadable(path, what, error)
  } finally {
    closeSync(descriptor)
  }
}

export function malformedKeyFile(path: string, what: KeyFileContent, why: string): SottoError {
  return new SottoError('key_malformed', `${path} is not a ${what}: ${why}.`, {
    hint: 'put the key file of this store back; an editor may have changed it',
    details: { path },
  })
}

function unreadable(path: string, what: KeyFileContent, cause: unknown): SottoError {
  const reason = systemCode(cause) ?? 'unknown'
  return new SottoError('key_missing', `The ${what} at ${path} cannot be read (${reason}).`, {
    hint: `run as the account that owns it: ls -l ${shellWord(path)}`,
    details: { path, reason },
    cause,
  })
}
