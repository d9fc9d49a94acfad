/**
 * The one error of Sotto. A program looks at `code`, a person reads `message` and `hint`.
 * No message, hint, detail or cause may hold a value of a secret, a token or a key.
 */

/** What a code means outside the program: HTTP status, exit code of the command line, standing hint. */
interface ErrorClass {
  readonly status: number
  readonly exit: number
  readonly hint?: string
}

/** Every code, with its HTTP status, exit code (see `sotto help exit-codes`) and standing hint. */
const table = {
  // What was given is not allowed.
  /** A command or call that makes no sense as written: an unknown option, a missing argument, two that exclude each other. */
  usage: { status: 400, exit: 2 },
  /** Input outside its rule, where no code below is about it. */
  input_invalid: { status: 422, exit: 2 },
  /** A name outside the rule, or shaped like an id. */
  name_invalid: { status: 422, exit: 2 },
  /** A key of a secret outside the rule. */
  key_invalid: { status: 422, exit: 2 },
  /** A value that is neither text nor bytes: nested, null, no well-formed Unicode, no base64. */
  value_invalid: { status: 422, exit: 2 },
  /** A value over 1 MiB, over 1,024 keys or 4 MiB of a secret together, or over 64 MiB of values in one answer. */
  value_too_large: { status: 413, exit: 2 },
  /** A `{{` that does not parse; the details locate it. */
  reference_malformed: { status: 422, exit: 2 },
  /** An attribute or setting that its flavor does not know, that is missing, or that has another type. */
  attribute_invalid: { status: 422, exit: 2 },
  /** A validation level that is none of the three words. */
  level_unknown: { status: 422, exit: 2 },
  /** A pipeline that cannot be planned: its file, its graph, its types. */
  pipeline_invalid: { status: 422, exit: 2 },
  /** A project file that cannot be read as one. */
  project_invalid: { status: 422, exit: 2 },
  /** A file that was named and is missing, a folder, or not readable. */
  file_unreadable: { status: 400, exit: 2 },

  // What was asked for is not there, or the asker may not see it.
  /** No such secret, or one that the caller may not describe. */
  secret_not_found: { status: 404, exit: 3, hint: 'sotto secret list' },
  /** The secret has no such key. */
  key_not_found: { status: 404, exit: 3 },
  /** The secret has no such version. */
  version_not_found: { status: 404, exit: 3 },
  /** No such component of this type. */
  component_not_found: { status: 404, exit: 3 },
  /** No such flavor of this type. */
  flavor_not_found: { status: 404, exit: 3, hint: 'sotto flavor list' },
  /** No such stack. */
  stack_not_found: { status: 404, exit: 3, hint: 'sotto stack list' },
  /** No such run, or a beginning of an id that fits several. */
  run_not_found: { status: 404, exit: 3, hint: 'sotto run list' },
  /** The keyring has no such data key. */
  data_key_not_found: { status: 404, exit: 3, hint: 'sotto keys status' },
  /** No such principal, or one that the caller may not describe. */
  principal_not_found: { status: 404, exit: 3 },
  /** Nothing like it is granted. */
  grant_not_found: { status: 404, exit: 3, hint: 'sotto grant list' },
  /** No such token of a principal that the caller may describe. */
  token_not_found: { status: 404, exit: 3, hint: 'sotto token list' },
  /** No such trust, or one of a service account that the caller may not describe. */
  trust_not_found: { status: 404, exit: 3, hint: 'sotto trust list' },
  /** No such workspace, or one in which the caller has no right. */
  workspace_not_found: { status: 404, exit: 3 },

  // Who asks.
  /** Nobody is signed in: no credential, or one that is unknown, revoked, expired, or not for this workspace. */
  not_signed_in: { status: 401, exit: 4 },
  /** The right for it is missing. */
  forbidden: { status: 403, exit: 5 },
  /** A step asked for a secret that it did not declare, where `declared-secrets` is `required`. */
  undeclared_secret: { status: 403, exit: 5 },

  // What is there stands against it.
  /** A live secret of this scope has the name. */
  secret_exists: { status: 409, exit: 6 },
  /** A component of this type has the name. */
  component_exists: { status: 409, exit: 6 },
  /** A flavor of this type has the name. */
  flavor_exists: { status: 409, exit: 6 },
  /** A stack has the name. */
  stack_exists: { status: 409, exit: 6 },
  /** A trust has the name. */
  trust_exists: { status: 409, exit: 6 },
  /** A workspace has the name. */
  workspace_exists: { status: 409, exit: 6, hint: 'sotto workspace list' },
  /** A principal has the name. */
  principal_exists: { status: 409, exit: 6 },
  /** The secret has been changed since the version that was expected. */
  version_conflict: { status: 409, exit: 6 },
  /** Another process has changed the keyring since the generation that was expected. */
  keyring_conflict: { status: 409, exit: 6, hint: 'sotto keys status' },
  /** Something else needs it: a stack its component, the workspace its active stack, a value its data key. */
  in_use: { status: 409, exit: 6 },
  /** The secret has expired: no value of it is revealed. */
  secret_expired: { status: 409, exit: 6 },
  /** A file is there already and is not overwritten. */
  file_exists: { status: 409, exit: 6 },

  // References that cannot be resolved.
  /** References or declared secrets that cannot be resolved. */
  check_failed: { status: 422, exit: 7 },

  // Keys and store.
  /** The store is there and its root key is not. */
  key_missing: { status: 500, exit: 1 },
  /** The root key is not the one of this store. */
  key_wrong: { status: 500, exit: 1 },
  /** The file of the root key may be read by others. */
  key_insecure: { status: 500, exit: 1 },
  /** What was given as root key is none: its length or encoding. */
  key_malformed: { status: 500, exit: 1 },
  /** The service that has wrapped the root key does not answer: network, TLS, time, overload, sealed. */
  key_service_unreachable: { status: 503, exit: 8 },
  /** The service that has wrapped the root key refuses the credentials, or they may not use its key. */
  key_service_refused: { status: 502, exit: 1 },
  /** The service's key is disabled, waits for its deletion or is gone, or the version of it that has wrapped the root key is. */
  key_disabled: { status: 502, exit: 1 },
  /** The service that has wrapped the root key answers with another error, or is none. */
  key_service_failed: { status: 502, exit: 1 },
  /** A data key that is named by a value is not in the keyring. */
  key_unknown: { status: 500, exit: 1 },
  /** The keyring was altered or damaged. */
  keyring_corrupt: { status: 500, exit: 1 },
  /** The keyring was written by a later version. */
  keyring_newer: { status: 500, exit: 1 },
  /** A sealed value was altered, moved or damaged. */
  value_corrupt: { status: 500, exit: 1 },
  /** A protected row was altered. */
  row_altered: { status: 500, exit: 1 },
  /** The audit chain cannot be continued or does not hold. */
  audit_broken: { status: 500, exit: 1 },
  /** The copy of the audit log that SOTTO_AUDIT_COPY asks for cannot be written. */
  audit_copy_failed: { status: 503, exit: 1 },
  /** Other processes kept the store locked for too long. */
  store_busy: { status: 503, exit: 1 },
  /** The database is damaged. */
  store_corrupt: { status: 500, exit: 1 },
  /** The store was written by a later version. */
  store_newer: { status: 500, exit: 1 },
  /** The store cannot be written: rights, a full disk, a read-only folder. */
  store_unwritable: { status: 500, exit: 1 },
  /** The database of the store does not answer, or refuses the login. */
  store_unreachable: { status: 503, exit: 1 },
  /** The database cannot keep what it acknowledges: commits that are not durable, a replica, another encoding, too old. */
  store_unsuitable: { status: 500, exit: 1 },
  /** The connection was lost in the middle of a commit: the change may be there or not. */
  store_outcome_unknown: { status: 500, exit: 1 },
  /** The folder or file of the store may be changed by others. */
  store_insecure: { status: 500, exit: 1 },
  /** What was given as a backup is none, or a damaged or truncated one. */
  backup_corrupt: { status: 422, exit: 1 },
  /** The backup was written by a later version. */
  backup_newer: { status: 422, exit: 1 },
  /** The backup is of another store than the one that it would replace. */
  backup_foreign: { status: 409, exit: 1 },

  // Requests over HTTP that are refused before an operation is asked.
  /** A request that is not one: its address, a header, its encoding, its JSON. */
  request_malformed: { status: 400, exit: 2 },
  /** No operation has this address: the peer is of another version, or the address is wrong. */
  route_unknown: { status: 404, exit: 1 },
  /** The address is there, and not with this method; the answer says with which. */
  method_not_allowed: { status: 405, exit: 1 },
  /** The request did not arrive in time. */
  request_timeout: { status: 408, exit: 1 },
  /** A body, or headers, over the limit of the server. */
  request_too_large: { status: 413, exit: 2 },
  /** A body that is not marked as JSON, or is compressed. */
  media_type_unsupported: { status: 415, exit: 1 },
  /** The caller has too much under way; the answer says when to ask again. */
  too_many_requests: { status: 429, exit: 1, hint: 'wait a moment and try again' },

  // Runs, steps and the products they use.
  /** A run ended with a failure. */
  run_failed: { status: 500, exit: 1 },
  /** A step ended with a failure. */
  step_failed: { status: 500, exit: 1 },
  /** The program of `sotto exec` is not there; 127 as of shells and env(1). */
  program_not_found: { status: 422, exit: 127 },
  /** The program of `sotto exec` cannot be started; 126 as of shells and env(1). */
  program_not_executable: { status: 422, exit: 126 },
  /** Stopped by Ctrl-C or a signal. */
  interrupted: { status: 499, exit: 130 },
  /** The experiment tracker does not answer, or answers as something else. */
  tracker_unreachable: { status: 502, exit: 1 },
  /** The experiment tracker refuses the credentials. */
  tracker_refused: { status: 502, exit: 1 },
  /** The experiment tracker answers with an error. */
  tracker_failed: { status: 502, exit: 1 },
  /** The server, or the supervisor of the step, does not answer. */
  unreachable: { status: 503, exit: 8 },
  /** Not possible with this store, platform or version. */
  unsupported: { status: 501, exit: 1 },
  /** A fault of Sotto itself. */
  internal: { status: 500, exit: 1 },
} as const

/** A code of `SottoError`: closed, so that a `switch` over it is checked. */
export type ErrorCode = keyof typeof table

/** Facts about the error that a program may use. Never a value. */
export type ErrorDetails = { readonly [name: string]: string | number | boolean | readonly string[] }

/** What an error may say beside its code and message. */
export interface SottoErrorOptions {
  /** The command that mends it. Without one, the standing hint of the code. */
  readonly hint?: string | undefined
  readonly details?: ErrorDetails | undefined
  readonly cause?: unknown
}

/** Thrown for everything that is refused, broken or impossible. */
export class SottoError extends Error {
  override readonly name: string = 'SottoError'
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly details: ErrorDetails

  constructor(code: ErrorCode, message: string, options: SottoErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    const standing: ErrorClass = table[code]
    this.hint = options.hint ?? standing.hint
    this.details = options.details ?? {}
  }

  /** HTTP status of an answer that carries this error. */
  get status(): number {
    return table[this.code].status
  }

  /** Exit code of a command that ends with this error. */
  get exitCode(): number {
    return table[this.code].exit
  }

  /** The shape in which it crosses a process border or is printed as JSON. */
  toJSON(): ErrorShape {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      details: this.details,
    }
  }
}

/** An error as JSON. */
export interface ErrorShape {
  readonly code: ErrorCode
  readonly message: string
  readonly hint?: string
  readonly details: ErrorDetails
}

/** Is it an error of Sotto, and, when given, of this code? Goes by name and code, which hold across copies of the package. */
export function isSottoError(error: unknown, code?: ErrorCode): error is SottoError {
  if (!(error instanceof Error) || error.name !== 'SottoError' || !('code' in error)) return false
  return code === undefined ? Object.hasOwn(table, String(error.code)) : error.code === code
}

/** Rebuilds the error on the other side of a process border. An unknown code (a newer peer) becomes `internal`. */
export function errorFromShape(shape: ErrorShape): SottoError {
  const code = Object.hasOwn(table, shape.code) ? shape.code : 'internal'
  return new SottoError(code, shape.message, { hint: shape.hint, details: shape.details })
}

/** All codes with status and exit code, in the order of the table: for documents and tests. */
export function errorCodes(): readonly { code: ErrorCode; status: number; exit: number }[] {
  return (Object.keys(table) as ErrorCode[]).map((code) => ({
    code,
    status: table[code].status,
    exit: table[code].exit,
  })) // keys of the table are the codes
}

/** The code that the system or Node gave an error, as `ENOENT`; `undefined` where it has none. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
