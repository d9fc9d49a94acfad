/** What an error of SQLite means to us. Result codes: https://sqlite.org/rescode.html */
import { SottoError } from '@sotto/sdk/model'

const busy = 5
const locked = 6
const readOnly = 8
const inputOutput = 10
const corrupt = 11
const full = 13
const cannotOpen = 14
const notADatabase = 26
/** Extended codes: a file, or a folder, could not be flushed. */
const flushFailed: readonly number[] = [1034, 1290]

/** The primary result code, or `undefined` where the error is not one of SQLite. */
function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined
  return error.errcode & 0xff // the upper bits only tell variants apart
}

/** An integer that Sotto never writes: node:sqlite gives none beyond 2^53. */
function isOutOfRange(error: unknown): boolean {
  return error instanceof RangeError && 'code' in error && error.code === 'ERR_OUT_OF_RANGE'
}

/** Does another connection hold what we need? */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error)
  return code === busy || code === locked
}

/**
 * The same as a `SottoError`: `store_busy`, `store_unwritable`, `store_corrupt`, else `internal`. An error that is not
 * of SQLite is given back as it is. SQLite's messages name tables and columns, never what is in them.
 */
export function storeError(error: unknown, place: string): unknown {
  const code = isOutOfRange(error) ? corrupt : sqliteCode(error)
  if (code === undefined || !(error instanceof Error)) return error
  const options = { cause: error }
  switch (code) {
    case busy:
    case locked:
      return new SottoError('store_busy', `the store ${place} is in use by another process`, {
        ...options,
        hint: 'try again; sotto doctor shows who holds it',
      })
    case full:
      return new SottoError('store_unwritable', `the store ${place} could not be written: no space is left`, {
        ...options,
        hint: 'free some space on that disk and try again; nothing was changed',
      })
    case readOnly:
    case cannotOpen:
    case inputOutput:
      // What a commit has put into the log stays there when its flush fails, and the next process that opens the store
      // finds it: the change may be done.
      if ('errcode' in error && flushFailed.some((each) => each === error.errcode))
        return new SottoError('store_unwritable', `the store ${place} could not be flushed to its disk`, {
          ...options,
          hint: 'mend that disk, then look before you do it again: the change may be there or not',
        })
      return new SottoError('store_unwritable', `the store ${place} could not be written: ${error.message}`, {
        ...options,
        hint: 'make the folder writable and free some space on its disk, or set SOTTO_HOME to another one; nothing was changed',
      })
    case corrupt:
    case notADatabase:
      return new SottoError('store_corrupt', `the store ${place} is damaged or is not a store of Sotto`, {
        ...options,
        hint: 'move the file away and restore a backup; nothing was changed',
      })
    default:
      return new SottoError('internal', `the store ${place} answered: ${error.message}`, options)
  }
}
