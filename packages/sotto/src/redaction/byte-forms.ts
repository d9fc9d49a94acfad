/*
 * How programs write bytes as text: base64, hexadecimal digits, per cent signs, Python's bytes.
 */

/** `base64` of the coreutils and of PEM break their lines at these widths. */
const WRAP_WIDTHS = [76, 64]

function base64At(offset: number, bytes: Buffer): string[] {
  const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .replaceAll('=', '')
  const bits = (offset + bytes.length) * 8
  const start = Math.ceil((offset * 8) / 6)
  // The characters that depend on the value alone, whatever comes before and after it …
  const middle = encoded.slice(start, Math.floor(bits / 6))
  // … and, where the value comes last, the character that is filled up with zeros, and the padding.
  const ending = encoded.slice(start)
  return [middle, ending, ending + '='.repeat((3 - ((bits / 8) % 3)) % 3)]
}

/** In the middle of other data at each of the three alignments, standard and URL-safe, and in lines. */
export function base64Forms(bytes: Uint8Array): string[] {
  const buffer = Buffer.from(bytes)
  const forms = [0, 1, 2].flatMap((offset) => base64At(offset, buffer))
  const urlSafe = forms.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))
  const whole = buffer.toString('base64')
  const lines = WRAP_WIDTHS.filter((width) => whole.length > width).flatMap((width) =>
    Array.from({ length: Math.ceil(whole.length / width) }, (_, line) => whole.slice(line * width, (line + 1) * width)),
  )
  return [...forms, ...urlSafe, ...lines]
}

/** Two digits a byte, in small and in capital letters. */
export function hexForms(bytes: Uint8Array): string[] {
  const lower = Buffer.from(bytes).toString('hex')
  return [lower, lower.toUpperCase()]
}

const UNRESERVED = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._'
/** The characters that each style leaves as they are, besides letters, digits and `-._`. */
const URI_STYLES = [
  "~!*'()", // encodeURIComponent
  '~', // RFC 3986
  '~/', // Python's quote
  '*', // URLSearchParams, HTML forms
  "~!*'();,/?:@&=+$#", // encodeURI
  "~!*'()&$+,%", // URL.password
].map((extra) => new Set(Buffer.from(UNRESERVED + extra)))

function percentEncode(bytes: Uint8Array, kept: ReadonlySet<number>, upper: boolean): string {
  let encoded = ''
  for (const byte of bytes) {
    if (kept.has(byte)) encoded += String.fromCharCode(byte)
    else {
      const digits = byte.toString(16).padStart(2, '0')
      encoded += `%${upper ? digits.toUpperCase() : digits}`
    }
  }
  return encoded
}

/** Per cent encoding in URIs and HTML forms: small and capital digits, a blank as `%20` and as `+`. */
export function uriForms(bytes: Uint8Array): string[] {
  return URI_STYLES.flatMap((kept) => [true, false].map((upper) => percentEncode(bytes, kept, upper))).flatMap(
    (form) => [form, form.replaceAll('%20', '+')],
  )
}

const BYTE_NAMES: Readonly<Record<number, string>> = { 0x5c: '\\\\', 0x0a: '\\n', 0x0d: '\\r', 0x09: '\\t' }

/** Python's `repr` of bytes, without `b''`. */
export function pythonBytesForms(bytes: Uint8Array): string[] {
  let form = ''
  for (const byte of bytes) {
    const plain = byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`
    form += BYTE_NAMES[byte] ?? plain
  }
  return [form, form.replaceAll("'", "\\'")]
}
