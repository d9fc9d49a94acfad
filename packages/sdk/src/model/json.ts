/** JSON as data: what attributes, settings, parameters and results are made of. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [name: string]: Json
}

/** Visits every string of a JSON value at any depth. `path` is written like `hosts[0].url`. */
export function visitStrings(value: Json, path: string, visit: (text: string, path: string) => void): void {
  if (typeof value === 'string') visit(value, path)
  else if (isJsonArray(value)) value.forEach((item, index) => { visitStrings(item, `${path}[${String(index)}]`, visit) })
  else if (typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries(value)) visitStrings(item, path === '' ? name : `${path}.${name}`, visit)
  }
}

/** A copy in which every string at any depth is replaced by what `replace` makes of it. */
export function mapStrings(value: Json, path: string, replace: (text: string, path: string) => string): Json {
  if (typeof value === 'string') return replace(value, path)
  if (isJsonArray(value)) return value.map((item, index) => mapStrings(item, `${path}[${String(index)}]`, replace))
  if (typeof value !== 'object' || value === null) return value
  // fromEntries defines own properties, so a member called __proto__ stays a plain member.
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mapStrings(item, path === '' ? name : `${path}.${name}`, replace)]))
}

/** `Array.isArray` that knows a readonly array. */
export function isJsonArray(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
