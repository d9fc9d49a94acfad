/** Rules for names, keys and ids: one rule at every door, compared as bytes. */
import { SottoError } from './error.ts'
import type { ErrorCode } from './error.ts'

/** A UUIDv7 as text, lower case with hyphens. */
export type Id = string

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const secretName = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,127}$/
const principalName = /^[a-z0-9_][a-z0-9_.@+-]{0,127}$/
const keyName = /^[A-Za-z_][A-Za-z0-9_.-]{0,127}$/

/** Is the text shaped like an id? Then it is looked up as one, and cannot be a name. */
export function isId(text: string): boolean {
  return uuid.test(text)
}

/** May a secret have this name? The same rule holds for components, stacks and flavors. */
export function isName(text: string): boolean {
  return secretName.test(text) && !uuid.test(text)
}

/** May a key of a secret have this name? */
export function isKeyName(text: string): boolean {
  return keyName.test(text)
}

/**
 * May a principal have this name? Lower case alone, so that no two differ in case only; mail addresses fit.
 */
export function isPrincipalName(text: string): boolean {
  return principalName.test(text) && !uuid.test(text)
}

/** Refuses a name of a principal outside the rule with `name_invalid`. `noun` says what it names: `user`. */
export function requirePrincipalName(noun: string, text: string): string {
  if (isPrincipalName(text)) return text
  const why = uuid.test(text)
    ? 'is shaped like an id, and ids are looked up as such'
    : 'is not allowed: 1 to 128 of a-z 0-9 _ . @ + -, beginning with a letter, a digit or _'
  throw invalid('name_invalid', `${noun} name ${shown(text)} ${why}`)
}

/** Refuses a name outside the rule with `name_invalid`. `noun` says what it names: `secret`, `stack`. */
export function requireName(noun: string, text: string): string {
  if (isName(text)) return text
  const why = uuid.test(text)
    ? 'is shaped like an id, and ids are looked up as such'
    : 'is not allowed: 1 to 128 of A-Z a-z 0-9 _ -, not beginning with -'
  throw invalid('name_invalid', `${noun} name ${shown(text)} ${why}`)
}

/** Refuses a key outside the rule with `key_invalid`. */
export function requireKeyName(text: string): string {
  requireKeyNames([text])
  return text
}

/** Refuses keys outside the rule with one `key_invalid` that names the first ten of them. */
export function requireKeyNames(keys: readonly string[]): void {
  const bad = keys.filter((key) => !isKeyName(key))
  if (bad.length === 0) return
  const named = bad.slice(0, 10).map(shown).join(', ') + (bad.length > 10 ? ` and ${String(bad.length - 10)} more` : '')
  const subject = bad.length === 1 ? `key ${named} is` : `keys ${named} are`
  throw invalid('key_invalid', `${subject} not allowed: 1 to 128 of A-Z a-z 0-9 _ . -, beginning with a letter or _`)
}

function invalid(code: ErrorCode, message: string): SottoError {
  return new SottoError(code, message, { hint: 'choose another name; see sotto help names' })
}

/** A name in a message: quoted, cut, and without control characters, since it comes from outside. */
export function shown(text: string): string {
  const cut = text.length > 80 ? `${text.slice(0, 77)}...` : text
  return JSON.stringify(cut).replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** The candidate nearest to a mistyped word (edit distance at most a third of its length), if any. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1
  for (const candidate of candidates) {
    const distance = editDistance(word, candidate)
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

/**
 * Edit distance in which two neighbours that changed places count as one edit (optimal string alignment), three rows;
 * words are cut at 64 characters, so the work is bounded.
 */
function editDistance(left: string, right: string): number {
  const [a, b] = [left.slice(0, 64), right.slice(0, 64)]
  let beforePrevious: readonly number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swap = swapped ? (beforePrevious[j - 2] ?? 0) + 1 : Infinity
      row.push(Math.min(change, swap, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1))
    }
    beforePrevious = previous
    previous = row
  }
  return previous[b.length] ?? 0
}
