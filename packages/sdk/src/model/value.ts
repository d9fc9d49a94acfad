/** The value of one key: text or bytes, kept exactly as given. */
import { SottoError } from './error.ts'
import { requireKeyNames, shown } from './names.ts'

/** A value as it travels: `data` is the text itself, or the base64 of the bytes. */
export interface SecretValue {
  readonly encoding: 'utf8' | 'base64'
  readonly data: string
}

/** Values by key. Made with a null prototype, so that keys such as `__proto__` are plain keys. */
export type SecretValues = { readonly [key: string]: SecretValue }

/** Limits of values, and of what one answer reveals: what it holds lies in memory on both sides. */
export interface Limits {
  readonly valueBytes: number
  readonly keysPerVersion: number
  /** All values of a version together. */
  readonly versionBytes: number
  /** Secrets that one `resolveSecrets` may ask for. */
  readonly itemsPerAnswer: number
  /** Values of one answer together, and texts that are made with them: 16 of the largest versions. */
  readonly answerBytes: number
}

export const limits: Limits = {
  valueBytes: 1024 * 1024,
  keysPerVersion: 1024,
  versionBytes: 4 * 1024 * 1024,
  itemsPerAnswer: 1000,
  answerBytes: 64 * 1024 * 1024,
}

const encoder = new TextEncoder()

/** A value from text. A lone surrogate cannot be kept as UTF-8 and is refused with `value_invalid`. */
export function textValue(text: string): SecretValue {
  if (!text.isWellFormed())
    throw new SottoError('value_invalid', 'the text is not well-formed Unicode', {
      hint: 'give bytes with --key=@base64:FILE',
    })
  return { encoding: 'utf8', data: text }
}

/** A value from bytes: text where they are valid UTF-8, bytes otherwise. Nothing is trimmed or converted. */
export function bytesValue(bytes: Uint8Array): SecretValue {
  try {
    // ignoreBOM keeps a byte order mark as part of the text.
    return { encoding: 'utf8', data: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) }
  } catch {
    return { encoding: 'base64', data: toBase64(bytes) }
  }
}

/** The bytes of a value. Malformed base64 is refused with `value_invalid`. */
export function valueBytes(value: SecretValue): Uint8Array {
  return value.encoding === 'utf8' ? encoder.encode(value.data) : fromBase64(value.data)
}

/** The size of a value in bytes. */
export function valueSizeBytes(value: SecretValue): number {
  return value.encoding === 'utf8' ? encoder.encode(value.data).length : fromBase64(value.data).length
}

/** A record without a prototype: any key, `__proto__` included, is only a key. */
export function emptyRecord<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T> // an object without prototype has just the members we add
}

/** Checks keys, sizes and number of values; every problem is named at once. Codes: `key_invalid`, `value_too_large`, `value_invalid`. */
export function requireValues(values: SecretValues): void {
  const keys = Object.keys(values)
  requireKeyNames(keys)
  if (keys.length > limits.keysPerVersion)
    throw tooLarge(`${String(keys.length)} keys are more than a secret may have (${String(limits.keysPerVersion)})`)
  let total = 0
  const large: string[] = []
  for (const key of keys) {
    const value = values[key]
    if (value === undefined) continue
    requireShape(key, value)
    if (value.encoding === 'utf8' && !value.data.isWellFormed())
      throw new SottoError('value_invalid', `the value of ${shown(key)} is not well-formed Unicode`)
    const size = valueSizeBytes(value)
    if (size > limits.valueBytes) large.push(key)
    total += size
  }
  if (large.length > 0) throw tooLarge(`the value of ${large.map(shown).join(', ')} is larger than 1 MiB`)
  if (total > limits.versionBytes) throw tooLarge('the values of the secret together are larger than 4 MiB')
}

/** Callers without types may give anything, which would be found out by whoever reads the value. */
function requireShape(key: string, value: unknown): void {
  const { encoding, data } = (value ?? {}) as Partial<Record<keyof SecretValue, unknown>> // read as what it may be
  if ((encoding === 'utf8' || encoding === 'base64') && typeof data === 'string') return
  throw new SottoError('value_invalid', `the value of ${shown(key)} is not a text with encoding "utf8" or "base64"`, {
    hint: 'give {"encoding": "utf8" or "base64", "data": TEXT}',
  })
}

function tooLarge(message: string): SottoError {
  return new SottoError('value_too_large', message, {
    hint: 'keep large data in the artifact store and its credentials in a secret',
  })
}

function toBase64(bytes: Uint8Array): string {
  let binary = ''
  // String.fromCharCode takes its input as arguments, whose number is limited.
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return btoa(binary)
}

function fromBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (c) => c.charCodeAt(0))
  } catch {
    throw new SottoError('value_invalid', 'a value marked base64 is not base64')
  }
}
