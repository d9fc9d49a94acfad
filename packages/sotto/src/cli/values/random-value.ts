/** Values that nobody has to think of: `@random:32`, `@random:32:hex`. */
import { randomBytes, randomInt } from 'node:crypto'
import { SottoError, textValue } from '@sotto/sdk/model'
import type { SecretValue } from '@sotto/sdk/model'

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const digits = '0123456789'
/** None that a shell, JSON, YAML, a `.env` file or a reference treats apart inside a word. */
const symbols = '_-.+=^~,'

const most = 4096

/** Alphabets give N characters; `hex` and `base64` N bytes, written so. */
const forms: { readonly [form: string]: (count: number) => string } = {
  alnum: (count) => randomText(letters + digits, count),
  symbols: withEveryKind,
  hex: (count) => randomBytes(count).toString('hex'),
  base64: (count) => randomBytes(count).toString('base64'),
}

/** `text` is what stands behind `@random:`. Code: `value_invalid`. */
export function randomValue(door: string, text: string): SecretValue {
  const [, count = '', form = 'alnum'] = /^(\d{1,4})(?::([a-z0-9]+))?$/.exec(text) ?? []
  const make = Object.hasOwn(forms, form) ? forms[form] : undefined
  const size = Number(count)
  if (make !== undefined && size >= 1 && size <= most) return textValue(make(size))
  throw new SottoError('value_invalid', `${door}: what follows @random: is not known`, {
    hint: `write @random:N or @random:N:FORM, N from 1 to ${String(most)}, FORM one of ${Object.keys(forms).join(', ')}`,
  })
}

/** Each character as likely as any other: `randomInt` has no bias. */
function randomText(alphabet: string, count: number): string {
  return Array.from({ length: count }, () => alphabet.charAt(randomInt(alphabet.length))).join('')
}

/** What asks for symbols asks for all kinds mostly; a text without one is thrown away, not mended, so that all stay as likely. */
function withEveryKind(count: number): string {
  for (;;) {
    const text = randomText(letters + digits + symbols, count)
    if (count < 4 || (/[A-Z]/.test(text) && /[a-z]/.test(text) && /\d/.test(text) && /[^A-Za-z0-9]/.test(text)))
      return text
  }
}
