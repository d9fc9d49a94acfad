/**
 * Secrets that were written in clear into attributes and settings: found, so that their author is warned, and masked in
 * everything that leaves. In an attribute that its flavor marks secret all text is one, except references; anywhere else
 * the password of a URL is.
 */
import { isJsonArray, mapStrings } from '@sotto/sdk/model'
import type { FlavorAttribute, Json, JsonObject } from '@sotto/sdk/model'
import { scanTemplate } from '@sotto/sdk/references'

/** What is shown instead. */
const mask = '***'

/** A user's part before the password, the password, and the `@`; up to the last `@` of the authority, as browsers read it. */
const urlPassword = /[a-z][a-z0-9+.-]*:\/\/[^\s/?#:@]*:(?<password>[^\s/?#]+)@/dgi

/** Is the attribute known to be harmless? One whose declaration is not known is treated as a secret. */
type Declared = Pick<FlavorAttribute, 'secret'> | undefined

/** The value as it may be shown: references as written. */
export function masked(declared: Declared, value: Json): Json {
  return declared?.secret === false ? mapStrings(value, '', maskUrls) : maskLeaves(value)
}

/** Attributes as they may be shown. */
export function maskedAttributes(attributes: JsonObject, declared: ReadonlyMap<string, FlavorAttribute>): JsonObject {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, masked(declared.get(name), value)]),
  )
}

/** Sentences for the author of these attributes, one for each that holds a secret in clear. */
export function clearTextWarnings(
  attributes: JsonObject,
  declared: ReadonlyMap<string, FlavorAttribute>,
): readonly string[] {
  return Object.entries(attributes).flatMap(([name, value]) => {
    const what = clearText(declared.get(name), value)
    if (what === undefined) return []
    const form = what === 'a secret' ? '{{secret.key}}' : 'https://user:{{secret.key}}@host'
    return [`${name} holds ${what} in clear; keep it in a secret and write --${name}=${form}`]
  })
}

/** Does the value hold what was only shown in place of a value, and came back by mistake? */
export function holdsMask(declared: Declared, value: Json): boolean {
  if (declared?.secret === false)
    return someString(value, (text) => urlPasswords(text).some(([start, end]) => text.slice(start, end) === mask))
  return someString(value, (text) => scanTemplate(text).parts.includes(mask))
}

function clearText(declared: Declared, value: Json): 'a secret' | 'the password of a URL' | undefined {
  if (declared?.secret === false) return someString(value, hasUrlPassword) ? 'the password of a URL' : undefined
  return isClear(value) ? 'a secret' : undefined
}

/** Text beside references (`Bearer {{api.token}}`) is masked but not warned of: most of it is no secret. */
function isClear(value: Json): boolean {
  if (typeof value === 'string')
    return value !== '' && scanTemplate(value).parts.every((part) => typeof part === 'string')
  if (typeof value !== 'object' || value === null) return value !== null
  return Object.values(value).some((item: Json) => isClear(item))
}

function maskLeaves(value: Json): Json {
  if (typeof value === 'string') {
    return scanTemplate(value)
      .parts.map((part) => (typeof part === 'string' ? mask : part.text))
      .join('')
  }
  if (typeof value !== 'object' || value === null) return value === null ? null : mask
  if (isJsonArray(value)) return value.map(maskLeaves)
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, maskLeaves(item)]))
}

function someString(value: Json, test: (text: string) => boolean): boolean {
  if (typeof value === 'string') return test(value)
  return (
    typeof value === 'object' && value !== null && Object.values(value).some((item: Json) => someString(item, test))
  )
}

function hasUrlPassword(text: string): boolean {
  return urlPasswords(text).length > 0
}

function maskUrls(text: string): string {
  let shown = ''
  let at = 0
  for (const [start, end] of urlPasswords(text)) {
    shown += text.slice(at, start) + mask
    at = end
  }
  return shown + text.slice(at)
}

/** Where passwords of URLs stand that are not made of references alone. */
function urlPasswords(text: string): readonly (readonly [number, number])[] {
  if (!text.includes('://')) return []
  const references = scanTemplate(text).parts.filter((part) => typeof part !== 'string')
  // A reference may hold `@` and blanks, which would end the password: letters of the same number stand for it.
  let plain = text
  for (const { start, end } of references) plain = plain.slice(0, start) + 'r'.repeat(end - start) + plain.slice(end)
  return [...plain.matchAll(urlPassword)].flatMap((match) => {
    const range = match.indices?.groups?.['password']
    if (range === undefined) return []
    const [from, to] = range
    let referred = 0
    for (const { start, end } of references) if (start >= from && end <= to) referred += end - start
    return referred === to - from ? [] : [range]
  })
}
