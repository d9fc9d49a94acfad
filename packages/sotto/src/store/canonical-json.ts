/** JSON with one text per content: members sorted by UTF-16 code units, no blanks (as RFC 8785 for our data). */
import type { Json } from '@sotto/sdk/model'
import { isJsonArray } from '@sotto/sdk/model'

export function canonicalJson(value: Json): string {
  return JSON.stringify(isSorted(value) ? value : sorted(value))
}

/** Most data is as it has to be already, and a copy of it costs more than its text. */
function isSorted(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (isJsonArray(value)) return value.every(isSorted)
  let before: string | undefined
  for (const name of Object.keys(value)) {
    if (before !== undefined && before >= name) return false
    if (!isSorted(value[name] ?? null)) return false
    before = name
  }
  return true
}

function sorted(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  if (isJsonArray(value)) return value.map(sorted)
  // fromEntries makes own members, so that one called __proto__ stays a member. Integer-like names are moved to the
  // front by JavaScript in every engine alike, so the text is still one.
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, item]) => [name, sorted(item)]),
  )
}
