/** Labels of secrets, components and stacks: short texts by name, kept as canonical JSON. */
import { SottoError, shown } from '@sotto/sdk/model'
import { canonicalJson } from '../store/canonical-json.ts'
import type { Conditions } from './conditions.ts'

export type Labels = { readonly [label: string]: string }

const labelName = /^[A-Za-z0-9_][A-Za-z0-9_./-]{0,127}$/
const longestLabel = 256
const mostLabels = 64

/** The labels after writing `changes` into those of the row; an empty text removes one. Throws `input_invalid`. */
export function mergeLabels(present: string, changes: Labels | undefined): string {
  if (changes === undefined) return present
  const merged = new Map(Object.entries(readLabels(present)))
  for (const [name, text] of Object.entries(changes)) {
    if (!labelName.test(name)) throw invalid(`label ${shown(name)} is not allowed: A-Z a-z 0-9 _ . / -, at most 128`)
    if (text.length > longestLabel || !text.isWellFormed())
      throw invalid(
        `the text of label ${shown(name)} is longer than ${String(longestLabel)} characters or is not well-formed`,
      )
    if (text === '') merged.delete(name)
    else merged.set(name, text)
  }
  if (merged.size > mostLabels) throw invalid(`more than ${String(mostLabels)} labels`)
  return canonicalJson(Object.fromEntries(merged))
}

/** Labels of a row. */
export function readLabels(text: string): Labels {
  return JSON.parse(text) as Labels // written by mergeLabels, kept by the row's HMAC
}

/**
 * Adds that a row has all these labels. In canonical JSON a member stands as `{"name":"text"` or `,"name":"text"`, and
 * inside a string no quote follows a brace or a comma without a backslash; so a search for that text finds members only.
 */
export function addLabelConditions(conditions: Conditions, column: string, labels: Labels | undefined): void {
  for (const [name, text] of Object.entries(labels ?? {})) {
    const member = `${JSON.stringify(name)}:${JSON.stringify(text)}`
    conditions.add(
      `replace(${column}, ?, '') <> ${column} OR replace(${column}, ?, '') <> ${column}`,
      `{${member}`,
      `,${member}`,
    )
  }
}

/** A description as rows keep it. Throws `input_invalid` for one longer than 4,096 characters. */
export function requireDescription(text: string): string {
  if (text.length <= 4096 && text.isWellFormed()) return text
  throw invalid('the description is longer than 4,096 characters or is not well-formed')
}

function invalid(message: string): SottoError {
  return new SottoError('input_invalid', message)
}
