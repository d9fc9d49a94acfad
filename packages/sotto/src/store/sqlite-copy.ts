/** A copy of a whole database, as it is at one moment, while others go on writing. */
import { closeSync, fsyncSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { isSottoError, SottoError } from '@sotto/sdk/model'
import { storeError } from './sqlite-error.ts'

/**
 * Writes the copy into a new file (0600) and waits until the disk has it. Codes: `store_corrupt`, `store_busy`,
 * `file_unreadable` (the copy cannot be written); a file that is there already is an error of the system, and is left as it is.
 */
export function copySqliteFile(path: string, target: string): void {
  // SQLite would make it for everybody to read; it takes an empty file as it is.
  closeSync(openSync(target, 'wx', 0o600))
  try {
    const db = new DatabaseSync(path, { readOnly: false, timeout: 0 })
    try {
      db.prepare('VACUUM INTO ?').run(target)
    } finally {
      db.close()
    }
  } catch (error) {
    const known = storeError(error, path)
    throw isSottoError(known, 'store_unwritable') ? unwritable(target, known) : known
  }
  const descriptor = openSync(target, 'r+')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** SQLite does not say which of the two files it was; the store is only read. */
function unwritable(target: string, cause: SottoError): SottoError {
  return new SottoError(
    'file_unreadable',
    `the copy ${target} cannot be written: no space is left, or its disk fails`,
    {
      hint: 'free some space on that disk; nothing was changed',
      cause,
    },
  )
}
