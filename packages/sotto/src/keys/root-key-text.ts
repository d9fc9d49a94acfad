import { rootKeySize } from './root-key.ts'

/** No text of a root key is longer: 64 hex digits and a line break. In bytes. */
export const maxRootKeyTextSize = 66

const hex = /^[0-9A-Fa-f]{64}$/
const base64 = /^[0-9A-Za-z+/]{43}=$/

/**
 * The 32 bytes of a root key written as 64 hex digits or as padded base64 (RFC 4648, section 4), with at most one line
 * break after it. `undefined` for anything else: a key that reads in two ways must not pass for another key.
 */
export function parseRootKeyText(text: string): Buffer | undefined {
  const trimmed = text.replace(/\r?\n$/, '')
  const encoding = hex.test(trimmed) ? 'hex' : base64.test(trimmed) ? 'base64' : undefined
  if (encoding === undefined) return undefined
  const bytes = Buffer.alloc(rootKeySize)
  bytes.write(trimmed, encoding)
  // The last digit of base64 carries two bits too many: they must be zero.
  return encoding === 'base64' && bytes.toString('base64') !== trimmed ? undefined : bytes
}
