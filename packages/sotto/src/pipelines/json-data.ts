/** What may cross from step to step: JSON as data. Anything else is refused by name, never bent into shape. */
import { isJsonArray, Sensitive, SottoError } from '@sotto/sdk/model'
import type { ErrorCode, Json } from '@sotto/sdk/model'

/**
 * A copy of the value as JSON. Members that are `undefined` are left out; a value that is `undefined` is `null`.
 * Functions, symbols, bigints, NaN, dates, maps, instances of other built-in classes, `Sensitive` and circles
 * are refused with `code`. `what` names the value: `the result of step "load"`.
 */
export function toJsonData(value: unknown, what: string, code: ErrorCode = 'value_invalid'): Json {
  const refuse = (path: string, problem: string, hint: string): never => {
    throw new SottoError(code, `${what}${path === '' ? '' : ` at ${path.replace(/^\./, '')}`} ${problem}`, { hint })
  }
  const above = new Set<object>()
  const walk = (item: unknown, path: string): Json => {
    if (item === null || typeof item === 'string' || typeof item === 'boolean') return item
    if (item === undefined)
      return path === '' || path.endsWith(']') ? null : refuse(path, 'is undefined', 'leave the member out or use null')
    if (typeof item === 'number')
      return Number.isFinite(item)
        ? item
        : refuse(path, `is ${String(item)}, which JSON cannot hold`, 'use null or a text')
    if (typeof item !== 'object')
      return refuse(
        path,
        `is a ${typeof item}`,
        'return JSON data: texts, numbers, booleans, null, lists and objects of them',
      )
    if (isSensitive(item))
      return refuse(
        path,
        'holds a secret value',
        'return what was made with the secret, not the secret; the next step can declare it itself',
      )
    if (above.has(item)) return refuse(path, 'refers to itself', 'return a tree of data')
    above.add(item)
    try {
      if (Array.isArray(item)) return item.map((each, index) => walk(each, `${path}[${String(index)}]`))
      const tag = Object.prototype.toString.call(item).slice(8, -1)
      if (tag !== 'Object')
        return refuse(
          path,
          `is a ${tag}`,
          tag === 'Promise'
            ? 'await it first'
            : 'return JSON data: a date as text, bytes as a base64 text, a map as an object',
        )
      const members = Object.entries(item).filter(([, member]) => member !== undefined)
      // fromEntries defines own properties, so a member called __proto__ stays a plain member.
      return Object.fromEntries(members.map(([name, member]) => [name, walk(member, `${path}.${name}`)]))
    } finally {
      above.delete(item)
    }
  }
  return walk(value, '')
}

/** By its tag too: the user's code may hold the class of another copy of the package. */
export function isSensitive(value: object): boolean {
  return value instanceof Sensitive || Object.prototype.toString.call(value) === '[object Sensitive]'
}

/** Is it an object as JSON knows it? */
export function isObject(value: Json): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !isJsonArray(value)
}
