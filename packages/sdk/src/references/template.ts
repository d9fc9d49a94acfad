/** Templates back to text: with values put in, or written so that the parser reads the same again. */
import { SottoError } from '../model/error.ts'
import { requireKeyName, requireName } from '../model/names.ts'
import { backslashesBefore, parseTemplate } from './parse.ts'
import type { Reference, Template } from './parse.ts'

/** What a reference says, without where it stands. */
export interface ReferenceTarget {
  readonly name: string
  readonly key: string
  readonly version?: number | undefined
}

/**
 * The text with each reference replaced by what `lookup` gives. What was put in is never parsed again, so a value
 * that holds `{{x.y}}` stays as it is. A template that is one reference and nothing else gives just the value.
 */
export function substitute(template: Template, lookup: (reference: Reference) => string): string {
  return template.parts.map((part) => (typeof part === 'string' ? part : lookup(part))).join('')
}

/** The reference, if the template is one reference with no text around it: the one case that can stand for bytes. */
export function soleReference(template: Template): Reference | undefined {
  const [only] = template.parts
  return template.parts.length === 1 && typeof only === 'object' ? only : undefined
}

/** Writes a reference. Throws `name_invalid`, `key_invalid` or, for a version that is no whole number from 1, `input_invalid`. */
export function formatReference(name: string, key: string, version?: number): string {
  const target = `${requireName('secret', name)}.${requireKeyName(key)}`
  if (version === undefined) return `{{${target}}}`
  if (!Number.isSafeInteger(version) || version < 1)
    throw new SottoError('input_invalid', 'a version is a whole number from 1')
  return `{{${target}@${String(version)}}}`
}

/** Writes a literal text so that it is read as this text and holds no reference. */
export function escapeText(text: string): string {
  let escaped = ''
  let at = 0
  for (let open = text.indexOf('{{'); open !== -1; open = text.indexOf('{{', at)) {
    escaped += `${text.slice(at, open)}${'\\'.repeat(backslashesBefore(text, open, at) + 1)}{{`
    at = open + 2
  }
  return escaped + text.slice(at)
}

/** The literal text that was written with escapes. Throws `input_invalid` where it holds a reference, `reference_malformed` as the parser does. */
export function unescapeText(text: string): string {
  return substitute(parseTemplate(text), () => {
    throw new SottoError('input_invalid', 'the text holds a reference where only literal text is allowed', {
      hint: 'write \\{{ for the braces themselves',
    })
  })
}

/**
 * Writes a template so that it is read as the same pieces. One case has no spelling, a single `{` right before
 * a reference, and is refused with `input_invalid`; other codes as `formatReference`.
 */
export function formatTemplate(parts: readonly (string | ReferenceTarget)[]): string {
  let written = ''
  let literal = ''
  for (const part of parts) {
    if (typeof part === 'string') {
      // Pieces are joined before they are escaped: two may make a `{{` together.
      literal += part
      continue
    }
    written += escapeBefore(literal) + formatReference(part.name, part.key, part.version)
    literal = ''
  }
  return written + escapeText(literal)
}

/** Escapes a literal text that a reference follows: the backslashes at its end are special then. */
function escapeBefore(literal: string): string {
  let braces = 0
  while (literal[literal.length - 1 - braces] === '{') braces += 1
  if (braces % 2 === 1)
    throw new SottoError('input_invalid', 'a single { cannot stand right before a reference', {
      hint: 'put a blank between them',
    })
  return escapeText(literal) + '\\'.repeat(backslashesBefore(literal, literal.length, 0))
}
