/** A value that prints, logs, serializes and inspects as `***`. */
import { isSottoError, SottoError } from './error.ts'

const masked = '***'

/** Under which every copy of this module marks its class: a user's import and the program's bundle each have one. */
const brand = Symbol.for('sotto.Sensitive')
const holder = Symbol.for('sotto.holdsSensitive')

/** Holds a value of type T; only `reveal()` gives it. */
export class Sensitive<T = string> {
  readonly #value: T

  constructor(value: T) {
    this.#value = value
  }

  /** The value itself. From here on the caller guards it. */
  reveal(): T {
    return this.#value
  }

  toString(): string {
    return masked
  }

  toJSON(): string {
    return masked
  }

  [Symbol.toPrimitive](): string {
    return masked
  }

  get [Symbol.toStringTag](): string {
    return 'Sensitive'
  }

  static {
    // Node prints objects by this method; the SDK may not import node:util for the symbol.
    Object.defineProperty(Sensitive.prototype, Symbol.for('nodejs.util.inspect.custom'), { value: () => masked })
    Object.defineProperty(Sensitive.prototype, brand, { value: true })
  }
}

/** Is it a `Sensitive`, of this or another copy of the package? */
export function isSensitive(value: unknown): value is Sensitive<unknown> {
  return typeof value === 'object' && value !== null && brand in value
}

/** Marks a class whose instances keep values in private fields, so that `containsSensitive` knows them. */
export function markSensitive(prototype: object): void {
  Object.defineProperty(prototype, holder, { value: true })
}

/** Is a `Sensitive`, or an instance of a class that is marked to hold one, anywhere in the value? Such a value may be no step's result and no artifact. */
export function containsSensitive(value: unknown, seen: Set<unknown> = new Set()): boolean {
  if (isSensitive(value)) return true
  if (typeof value !== 'object' || value === null || seen.has(value) || isSottoError(value)) return false
  if (holder in value) return true
  seen.add(value)
  const items =
    value instanceof Map
      ? [...value.keys(), ...value.values()]
      : value instanceof Set
        ? [...value]
        : Object.values(value)
  return items.some((item) => containsSensitive(item, seen))
}

/** Refuses a value that holds a `Sensitive`, with `value_invalid`. `what` names it: `the result of step "load"`. */
export function refuseSensitive(what: string, value: unknown): void {
  if (containsSensitive(value)) {
    throw new SottoError('value_invalid', `${what} holds a secret value`, {
      hint: 'return what was made with the secret, not the secret; the next step can declare it itself',
    })
  }
}
