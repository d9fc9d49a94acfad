/**
 * The one parser of references. It is pure and takes linear time, so that it may stand at every door.
 *
 *     text      = { literal | escape | reference }
 *     reference = backslash*2n   "{{" blanks name "." key [ "@" version ] blanks "}}"    n backslashes, a reference
 *     escape    = backslash*2n+1 "{{"                                                    n backslashes, literal braces
 *     blanks    = { space | tab }
 *
 * A backslash means itself anywhere else, and so does a lone `}}`. The name ends at the first dot; a key may
 * have more. A `{{` opens at the first chance: `{{{a.b}}` is malformed, not a brace and a reference, because
 * text that was meant as a reference must never become a literal without a word.
 */
import { isId, isKeyName, isName } from '../model/names.ts'
import { malformed } from './problem.ts'
import type { ReferenceProblem, ReferenceProblemKind } from './problem.ts'

/** One reference in a text. */
export interface Reference {
  /** Name of the secret. */
  readonly name: string
  readonly key: string
  /** The pinned version; without one, the newest when it is resolved. */
  readonly version?: number
  /** As written, braces included. */
  readonly text: string
  /** Where it begins and ends (exclusive) in the text, in UTF-16 code units. */
  readonly start: number
  readonly end: number
}

/** A parsed text: literal pieces with their escapes undone, and references. No two neighbours are both literal. */
export interface Template {
  readonly parts: readonly (string | Reference)[]
}

/** A template together with what does not parse in it. */
export interface TemplateScan extends Template {
  /** In the order of the text; the scan ends after the twentieth. */
  readonly problems: readonly ReferenceProblem[]
}

/** After this many problems in one text nobody reads on, and a megabyte of `{{` would make half a million. */
const mostProblems = 20

/** Parses a text. Throws `reference_malformed` with line and column of everything in it that does not parse. */
export function parseTemplate(text: string): Template {
  const { parts, problems } = scanTemplate(text)
  if (problems.length > 0) throw malformed(problems)
  return { parts }
}

/** Parses a text and reports what does not parse, instead of throwing. Never throws. */
export function scanTemplate(text: string): TemplateScan {
  const parts: (string | Reference)[] = []
  const faults: Fault[] = []
  let literal = ''
  let at = 0
  let close = text.indexOf('}}')
  for (let open = text.indexOf('{{'); open !== -1 && faults.length < mostProblems; open = text.indexOf('{{', at)) {
    const slashes = backslashesBefore(text, open, at)
    literal += text.slice(at, open - slashes) + '\\'.repeat(slashes >> 1)
    at = open + 2
    if (slashes % 2 === 1) {
      literal += '{{'
      continue
    }
    // Searched again only when it lies behind us: each search goes on where the last one ended.
    if (close !== -1 && close < at) close = text.indexOf('}}', at)
    const found = readReference(text, open, close)
    if ('kind' in found) {
      faults.push(found)
      at = found.end
      continue
    }
    if (literal !== '') parts.push(literal)
    literal = ''
    parts.push(found)
    at = found.end
  }
  literal += text.slice(at)
  if (literal !== '') parts.push(literal)
  return { parts, problems: locate(text, faults) }
}

/** Does the text hold a `{{` that is not escaped: a reference, or something that is malformed as one? */
export function hasReference(text: string): boolean {
  const { parts, problems } = scanTemplate(text)
  return problems.length > 0 || parts.some((part) => typeof part !== 'string')
}

/** How many backslashes stand before `end`, looking back as far as `start`. */
export function backslashesBefore(text: string, end: number, start: number): number {
  let count = 0
  while (end - count > start && text[end - count - 1] === '\\') count += 1
  return count
}

/** A problem before its line and column are known. Scanning goes on at `end`. */
interface Fault {
  readonly kind: ReferenceProblemKind
  readonly start: number
  readonly end: number
  /** What stands between the braces; of an unclosed one, what follows them. Cut: it is only looked at for its shape. */
  readonly body: string
}

function readReference(text: string, open: number, close: number): Reference | Fault {
  const next = text.indexOf('{{', open + 2)
  if (close === -1 || (next !== -1 && next < close)) {
    return {
      kind: 'unclosed',
      start: open,
      end: open + 2,
      body: text.slice(open + 2, Math.min(open + 300, next === -1 ? Infinity : next)),
    }
  }
  const end = close + 2
  const body = text.slice(...withoutBlanks(text, open + 2, close))
  const fault = (kind: ReferenceProblemKind): Fault => ({ kind, start: open, end, body: body.slice(0, 300) })
  const pin = body.indexOf('@')
  const path = pin === -1 ? body : body.slice(0, pin)
  const dot = path.indexOf('.')
  if (body === '') return fault('empty')
  if (dot === -1) return fault('no dot')
  const [name, key] = [path.slice(0, dot), path.slice(dot + 1)]
  if (isId(name)) return fault('an id')
  if (!isName(name)) return fault('bad name')
  if (!isKeyName(key)) return fault('bad key')
  const reference = { name, key, text: text.slice(open, end), start: open, end }
  if (pin === -1) return reference
  const pinned = body.slice(pin + 1)
  // Fifteen digits are exact in a JavaScript number, and no leading zero leaves one way to write a version.
  return /^[1-9][0-9]{0,14}$/.test(pinned) ? { ...reference, version: Number(pinned) } : fault('bad version')
}

/** The range without spaces and tabs at its ends. */
function withoutBlanks(text: string, from: number, to: number): [number, number] {
  const blank = (at: number): boolean => text[at] === ' ' || text[at] === '\t'
  let [start, end] = [from, to]
  while (start < end && blank(start)) start += 1
  while (end > start && blank(end - 1)) end -= 1
  return [start, end]
}

/** Gives faults their line and column, both from 1, in one pass. A column counts characters, not code units. */
function locate(text: string, faults: readonly Fault[]): ReferenceProblem[] {
  let [at, line, column] = [0, 1, 1]
  return faults.map(({ kind, start, body }) => {
    for (; at < start; at += 1) {
      const unit = text.charCodeAt(at)
      if (unit === 0x0a) [line, column] = [line + 1, 1]
      // The second half of a surrogate pair is not a character of its own.
      else if (unit < 0xdc00 || unit > 0xdfff) column += 1
    }
    const shape = shapeOf(body)
    return {
      kind,
      line,
      column,
      atEnd: kind === 'unclosed' && (shape !== undefined || body.trim() === ''),
      ...(shape === undefined ? {} : { shape }),
    }
  })
}

/**
 * What was written, if it has the shape of `name.key`; anything else may be a secret that was pasted here and
 * is not shown. So is what is longer than a name that people write, because tokens have dots too.
 */
function shapeOf(body: string): string | undefined {
  return /^[ \t]*([A-Za-z0-9_-]{1,40}\.[A-Za-z0-9_.-]{1,40})(?:[ \t]*|@.*)$/s.exec(body)?.[1]
}
