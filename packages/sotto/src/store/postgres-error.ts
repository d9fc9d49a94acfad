/**
 * What an error of PostgreSQL, or of the way to it, means to us. Codes:
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
import { SottoError, systemCode } from '@sotto/sdk/model'

/** What the driver tells of an error that the server sent. Its `detail` and `where` quote rows: they go nowhere. */
interface ServerError extends Error {
  readonly code: string
  readonly severity: string
}

/** A server that ends, begins, or has no room for another connection. */
const serverEnds = /^(57P0[1-5]|08...|53300)$/

/** Did the server itself say so, over a connection that goes on? */
export function isServerError(error: unknown): error is ServerError {
  if (!(error instanceof Error) || !('severity' in error) || !('code' in error)) return false
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code)
}

/** The connection ended, could not be made, or was given up by us. Whatever was open on it is rolled back. */
export class LostConnection extends Error {
  override readonly name: string = 'LostConnection'

  constructor(cause: unknown) {
    super('the connection was lost', { cause })
  }
}

/** Was the connection lost, or the server not ready for one? Then the same again may pass. */
export function isLost(error: unknown): boolean {
  return error instanceof LostConnection || (isServerError(error) && serverEnds.test(error.code))
}

/** Did it stand in the way of another transaction, so that the same again may pass? */
export function isConflict(error: unknown): boolean {
  return isServerError(error) && (error.code === '40001' || error.code === '40P01')
}

/** Was a lock not given in time? */
export function isLockTimeout(error: unknown): boolean {
  return isServerError(error) && error.code === '55P03'
}

/**
 * The same as a `SottoError`: `store_unreachable`, `store_busy`, `store_unwritable`, `store_corrupt`, else `internal`. An
 * error that comes neither from the server nor from the way to it is given back as it is.
 */
export function storeError(error: unknown, place: string): unknown {
  if (!(error instanceof Error) || error instanceof SottoError) return error
  if (isServerError(error)) return serverError(error, place)
  return error instanceof LostConnection ? unreachable(error.cause, place) : error
}

/** For a commit whose answer never came, and which nobody can be asked about. */
export function unknownOutcome(place: string, cause: unknown): SottoError {
  return new SottoError(
    'store_outcome_unknown',
    `the connection to ${place} was lost in the middle of a commit: the change may be there or not`,
    { hint: 'look before you do it again: sotto audit list shows what was written', cause: withoutRows(cause) },
  )
}

function serverError(error: ServerError, place: string): SottoError {
  const cause = withoutRows(error)
  const { code } = error
  if (serverEnds.test(code)) return unreachable(error, place)
  if (code === '55P03' || code === '40001' || code === '40P01') {
    return new SottoError('store_busy', `the store ${place} is in use by other processes`, {
      hint: 'try again; pg_stat_activity shows who holds it',
      cause,
    })
  }
  if (code.startsWith('28')) {
    return new SottoError('store_unreachable', `the database ${place} refuses the login`, {
      hint: 'give its password by SOTTO_STORE_PASSWORD_FILE, PGPASSWORD or ~/.pgpass, and look at pg_hba.conf',
      cause,
    })
  }
  if (code === '3D000') {
    return new SottoError('store_unreachable', `the database ${place} does not exist`, {
      hint: "CREATE DATABASE … OWNER … ENCODING 'UTF8' TEMPLATE template0",
      cause,
    })
  }
  if (code.startsWith('53') || code.startsWith('58') || code === '25006' || code === '42501') {
    const what = code === '42501' ? 'the role lacks a right' : error.message
    return new SottoError('store_unwritable', `the store ${place} could not be written: ${what} (${code})`, {
      hint: 'the role must own the schema, and the server needs space on its disk; nothing was changed',
      cause,
    })
  }
  if (code.startsWith('XX')) {
    return new SottoError('store_corrupt', `the database ${place} is damaged: ${error.message} (${code})`, {
      hint: 'look at the log of the server; restore a backup. Nothing was changed',
      cause,
    })
  }
  // Messages of class 22 (data) quote what was given.
  const message = code.startsWith('22') ? 'what was given does not fit its column' : error.message
  return new SottoError('internal', `the store ${place} answered: ${message} (${code})`, { cause })
}

function unreachable(error: unknown, place: string): SottoError {
  const code = systemCode(error) ?? ''
  const cause = withoutRows(error)
  // OpenSSL's words for what is wrong with a certificate, and Node's for one of another name.
  if (/^ERR_(TLS|SSL)|CERT|SIGNATURE|ISSUER/.test(code)) {
    return new SottoError('store_unreachable', `the database ${place} has no certificate that we trust (${code})`, {
      hint: 'name its authority in the URL, ?sslrootcert=/path/to/ca.pem, and the host as the certificate does',
      cause,
    })
  }
  const why = code === '' && error instanceof Error ? error.message : code
  return new SottoError('store_unreachable', `the database ${place} does not answer (${why})`, {
    hint: 'see that it runs, can be reached from here, and has its password: sotto help postgres; nothing was changed',
    cause,
  })
}

/** The driver's errors name table, column, rows and statement; what stays is which error it was, and where it came up. */
function withoutRows(error: unknown): unknown {
  if (!isServerError(error)) return error
  const kept = new Error(`PostgreSQL answered ${error.code}`)
  if (error.stack !== undefined) kept.stack = `${kept.message}\n${error.stack.split('\n').slice(1).join('\n')}`
  return kept
}
