/** Makes text from outside safe to print: no control character reaches the terminal. */

// Controls of C0 and C1 and the marks that change the direction of writing.
const controls = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** One line: every control character is written as an escape. */
export function safeLine(text: string): string {
  return text.replace(controls, escaped)
}

/** Several lines: line breaks and tabs stay. */
export function safeLines(text: string): string {
  return text.replace(controls, (character) =>
    character === '\n' || character === '\t' ? character : escaped(character),
  )
}

/** JSON of a value, in which no text can steer a terminal: what JSON leaves as it is and `safeLine` does not, escaped. */
export function safeJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function escaped(character: string): string {
  const named: { readonly [character: string]: string } = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '\\e' }
  return named[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

// Made on first use: Intl takes milliseconds to wake, and most text is plain ASCII.
let segmenter: Intl.Segmenter | undefined

function graphemes(text: string): readonly string[] {
  segmenter ??= new Intl.Segmenter()
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}
const wide =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u

/** Width in columns of a terminal. Good enough for tables: wide scripts count two, marks none. */
export function widthOf(text: string): number {
  if (/^[\u0020-\u007e]*$/.test(text)) return text.length
  let width = 0
  for (const segment of graphemes(text)) width += wide.test(segment) ? 2 : 1
  return width
}

/** The text in at most `width` columns, with `…` where it was cut. */
export function cutTo(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  let cut = ''
  let used = 0
  for (const segment of graphemes(text)) {
    const next = widthOf(segment)
    if (used + next > width - 1) break
    cut += segment
    used += next
  }
  return `${cut}…`
}
