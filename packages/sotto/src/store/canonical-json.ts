/** JSON with one text per content: members sorted by UTF-16 code units, no blanks (as RFC 8785 for our data). */
import type { Json } from '@sotto/sdk/model'
import { isJsonArray } from '@sotto/sdk/model'

export function canonicalJson(value: Json): string {
  return JSON.stringify(sorted(value))
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
