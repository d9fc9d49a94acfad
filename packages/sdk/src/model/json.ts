/** JSON as data: what attributes, settings, parameters and results are made of. */
import { SottoError } from './error.ts'
import { shown } from './names.ts'

/** A JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject
/** A JSON object. */
export interface JsonObject {
  readonly [name: string]: Json
}

/** Deeper than anyone writes by hand, and far from where recursion would overflow the stack. */
const mostLevels = 100

/** Visits every string of a JSON value at any depth. `path` is written like `hosts[0].url`. Nesting beyond 100 levels is refused with `input_invalid`. */
export function visitStrings(value: Json, path: string, visit: (text: string, path: string) => void): void {
  mapStrings(value, path, (text, at) => {
    visit(text, at)
    return text
  })
}

/** A copy in which every string at any depth is replaced by what `replace` makes of it. Nesting beyond 100 levels is refused with `input_invalid`. */
export function mapStrings(value: Json, path: string, replace: (text: string, path: string) => string): Json {
  return mapLevel(value, path, replace, 0)
}

function mapLevel(value: Json, path: string, replace: (text: string, path: string) => string, level: number): Json {
  if (typeof value === 'string') return replace(value, path)
  if (typeof value !== 'object' || value === null) return value
  if (level === mostLevels)
    throw new SottoError('input_invalid', `${shown(path)} is nested more than ${String(mostLevels)} levels deep`)
  if (isJsonArray(value)) {
    return value.map((item, index) => mapLevel(item, `${path}[${String(index)}]`, replace, level + 1))
  }
  // fromEntries defines own properties, so a member called __proto__ stays a plain member.
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      mapLevel(item, path === '' ? name : `${path}.${name}`, replace, level + 1),
    ]),
  )
}

/** `Array.isArray` that knows a readonly array. */
export function isJsonArray(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
