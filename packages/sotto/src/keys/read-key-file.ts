/** Reads a file that holds a key or a passphrase, once it is seen to be nobody else's. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { isSottoError, SottoError } from '@sotto/sdk/model'
import { refuseInsecureFile } from './key-file-safety.ts'

export interface ReadKeyFileInput {
  readonly path: string
  /** At most so many bytes are read into it. */
  readonly target: Buffer
  /** Effective user id; `undefined` where the system has none. */
  readonly userId: number | undefined
  /** For messages. */
  readonly what: KeyFileContent
}

export type KeyFileContent = 'root key' | 'passphrase'

/**
 * Gives the number of bytes, or `undefined` where there is no file. Throws `key_missing` (unreadable), `key_malformed`
 * (no regular file) and `key_insecure`.
 */
export function readKeyFile({ path, target, userId, what }: ReadKeyFileInput): number | undefined {
  let descriptor: number
  try {
    // Not blocking: a named pipe would wait for a writer for ever.
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)) // Windows has no such flag
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return undefined
    throw unreadable(path, what, error)
  }
  try {
    const stat = fstatSync(descriptor) // of the opened file, so that nobody can exchange it after the look
    if (!stat.isFile()) throw malformedKeyFile(path, what, 'it is not a regular file')
    refuseInsecureFile({ path, stat, userId })
    return readSync(descriptor, target, 0, target.length, 0)
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

export function errorCodeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

function unreadable(path: string, what: KeyFileContent, cause: unknown): SottoError {
  const reason = errorCodeOf(cause) ?? 'unknown'
  return new SottoError('key_missing', `The ${what} at ${path} cannot be read (${reason}).`, {
    hint: `run as the account that owns it: ls -l '${path}'`,
    details: { path, reason },
    cause,
  })
}
