/*
 * How programs write a text into JSON, source code, URIs, HTML and shell commands. Each function
 * returns the different spellings of one notation; spellings that come out alike are removed by the
 * caller. A program uses one style throughout, so styles are not mixed within a form.
 */

interface EscapeStyle {
  /** Escapes by character, before any other rule. */
  readonly named: Readonly<Record<string, string>>
  /** The escape of a character without a name, or `undefined` where it stands for itself. */
  readonly numbered: (code: number) => string | undefined
}

function escapeText(text: string, style: EscapeStyle): string {
  let escaped = ''
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index)
    escaped += style.named[character] ?? style.numbered(text.charCodeAt(index)) ?? character
  }
  return escaped
}

const hex = (code: number, digits: number, upper = false): string => {
  const text = code.toString(16).padStart(digits, '0')
  return upper ? text.toUpperCase() : text
}

const JSON_NAMED = { '"': '\\"', '\\': '\\\\', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
const SLASH = { '/': '\\/' }
/** Go's and PHP's protection of scripts in HTML. */
const GO_HTML = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026', '\u2028': '\\u2028', '\u2029': '\\u2029' }
/** The characters that .NET escapes, too. */
const DOTNET = {
  '<': '\\u003C',
  '>': '\\u003E',
  '&': '\\u0026',
  '"': '\\u0022',
  "'": '\\u0027',
  '+': '\\u002B',
  '`': '\\u0060',
}

const jsonStyle = (named: Readonly<Record<string, string>>, ascii: boolean, upper: boolean): EscapeStyle => ({
  named: { ...JSON_NAMED, ...named },
  numbered: (code) => (code < 0x20 || (ascii && code >= 0x7f) ? `\\u${hex(code, 4, upper)}` : undefined),
})

const JSON_STYLES: readonly EscapeStyle[] = [
  jsonStyle({}, false, false), // JSON.stringify, Python with ensure_ascii=False
  jsonStyle({}, false, true), // Jackson
  jsonStyle(SLASH, false, false),
  jsonStyle({}, true, false), // Python
  jsonStyle({}, true, true),
  jsonStyle(SLASH, true, false), // PHP
  jsonStyle(GO_HTML, false, false), // Go
  jsonStyle(DOTNET, true, true), // .NET
]

/** A text inside a JSON string, and inside a JSON text that is itself a JSON string. */
export function jsonForms(text: string): string[] {
  const forms = JSON_STYLES.map((style) => escapeText(text, style))
  const twice = JSON_STYLES.map((style, index) => escapeText(forms[index] ?? '', style))
  return [...forms, ...twice]
}

const SOURCE_NAMED = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
const QUOTE = { "'": "\\'" }

/** Python's `ascii()` writes characters beyond 16 bits as `\U0001f600`, so it goes by code point. */
function pythonAscii(text: string, named: Readonly<Record<string, string>>): string {
  let escaped = ''
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (named[character] !== undefined) escaped += named[character]
    else if (code >= 0x20 && code < 0x7f) escaped += character
    else if (code <= 0xff) escaped += `\\x${hex(code, 2)}`
    else escaped += code <= 0xffff ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`
  }
  return escaped
}

/** A text as Python's `repr` and `ascii`, Node's `inspect` and a quoting shell print it, without the outer quotes. */
export function sourceForms(text: string): string[] {
  const control = (upper: boolean) => (code: number) =>
    code < 0x20 || code === 0x7f ? `\\x${hex(code, 2, upper)}` : undefined
  const inspected = { ...SOURCE_NAMED, '\b': '\\b', '\f': '\\f' }
  return [
    escapeText(text, { named: SOURCE_NAMED, numbered: control(false) }),
    escapeText(text, { named: { ...SOURCE_NAMED, ...QUOTE }, numbered: control(false) }),
    escapeText(text, { named: inspected, numbered: control(true) }),
    escapeText(text, { named: { ...inspected, ...QUOTE }, numbered: control(true) }),
    pythonAscii(text, SOURCE_NAMED),
    pythonAscii(text, { ...SOURCE_NAMED, ...QUOTE }),
    text.replaceAll("'", "'\\''"),
  ]
}

const HTML_STYLES: readonly Readonly<Record<string, string>>[] = [
  { '&': '&amp;', '<': '&lt;', '>': '&gt;' },
  { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' },
  { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' },
  { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#x27;' },
  { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' },
  { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' },
]

/** A text in HTML or XML. */
export function htmlForms(text: string): string[] {
  return HTML_STYLES.map((named) => escapeText(text, { named, numbered: () => undefined }))
}

/** Each line of a text of several lines, without the blanks around it, as it is and in JSON. */
export function lineForms(text: string): string[] {
  const lines = text.split(/[\r\n]+/u)
  if (lines.length < 2) return []
  const plain = JSON_STYLES.slice(0, 1)
  return lines.flatMap((line) => [line.trim(), ...plain.map((style) => escapeText(line.trim(), style))])
}

/**
 * Passwords of the URLs in a text, as they stand there and decoded. Looked for behind each `://`, and
 * never across a slash, so that the time is linear.
 */
export function urlPasswords(text: string): string[] {
  const authority = /[^\s/?#:@]*:(?<password>[^\s/?#]+)@/y
  const passwords: string[] = []
  for (let at = text.indexOf('://'); at !== -1; at = text.indexOf('://', at + 3)) {
    authority.lastIndex = at + 3
    const password = authority.exec(text)?.groups?.['password']
    if (password === undefined) continue
    const decoded = uriDecoded(password)
    passwords.push(password, ...(decoded === undefined ? [] : [decoded]))
  }
  return passwords
}

/** A text without its per cent encoding; `undefined` where it has none. */
export function uriDecoded(text: string): string | undefined {
  if (!/%[0-9A-Fa-f]{2}/.test(text)) return undefined
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
