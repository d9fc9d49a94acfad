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
  usage: { status: 400, exit: 2 },
  input_invalid: { status: 422, exit: 2 },
  name_invalid: { status: 422, exit: 2 },
  key_invalid: { status: 422, exit: 2 },
  value_invalid: { status: 422, exit: 2 },
  value_too_large: { status: 413, exit: 2 },
  reference_malformed: { status: 422, exit: 2 },
  attribute_invalid: { status: 422, exit: 2 },
  level_unknown: { status: 422, exit: 2 },
  pipeline_invalid: { status: 422, exit: 2 },
  project_invalid: { status: 422, exit: 2 },
  file_unreadable: { status: 400, exit: 2 },

  // What was asked for is not there, or the asker may not see it.
  secret_not_found: { status: 404, exit: 3, hint: 'sotto secret list' },
  key_not_found: { status: 404, exit: 3 },
  version_not_found: { status: 404, exit: 3 },
  component_not_found: { status: 404, exit: 3 },
  flavor_not_found: { status: 404, exit: 3, hint: 'sotto flavor list' },
  stack_not_found: { status: 404, exit: 3, hint: 'sotto stack list' },
  run_not_found: { status: 404, exit: 3, hint: 'sotto run list' },
  workspace_not_found: { status: 404, exit: 3 },

  // Who asks.
  not_signed_in: { status: 401, exit: 4 },
  forbidden: { status: 403, exit: 5 },
  undeclared_secret: { status: 403, exit: 5 },

  // What is there stands against it.
  secret_exists: { status: 409, exit: 6 },
  component_exists: { status: 409, exit: 6 },
  flavor_exists: { status: 409, exit: 6 },
  stack_exists: { status: 409, exit: 6 },
  version_conflict: { status: 409, exit: 6 },
  in_use: { status: 409, exit: 6 },
  file_exists: { status: 409, exit: 6 },

  // References that cannot be resolved.
  check_failed: { status: 422, exit: 7 },

  // Keys and store.
  key_missing: { status: 500, exit: 1 },
  key_wrong: { status: 500, exit: 1 },
  key_insecure: { status: 500, exit: 1 },
  key_malformed: { status: 500, exit: 1 },
  key_unknown: { status: 500, exit: 1 },
  keyring_corrupt: { status: 500, exit: 1 },
  keyring_newer: { status: 500, exit: 1 },
  value_corrupt: { status: 500, exit: 1 },
  row_altered: { status: 500, exit: 1 },
  audit_broken: { status: 500, exit: 1 },
  store_busy: { status: 503, exit: 1 },
  store_corrupt: { status: 500, exit: 1 },
  store_newer: { status: 500, exit: 1 },
  store_unwritable: { status: 500, exit: 1 },
  store_insecure: { status: 500, exit: 1 },

  // Runs, steps and the products they use.
  run_failed: { status: 500, exit: 1 },
  step_failed: { status: 500, exit: 1 },
  interrupted: { status: 499, exit: 130 },
  tracker_unreachable: { status: 502, exit: 1 },
  tracker_refused: { status: 502, exit: 1 },
  tracker_failed: { status: 502, exit: 1 },
  unreachable: { status: 503, exit: 8 },
  unsupported: { status: 501, exit: 1 },
  internal: { status: 500, exit: 1 },
} as const

/** A code of `SottoError`: closed, so that a `switch` over it is checked. */
export type ErrorCode = keyof typeof table

/** Facts about the error that a program may use. Never a value. */
export type ErrorDetails = { readonly [name: string]: string | number | boolean | readonly string[] }

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
