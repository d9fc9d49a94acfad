/** Masks secret values in JSON data, member by member, so that what comes out is JSON of the same shape. */
import type { Json } from '@sotto/sdk/model'
import type { Redactor } from '../redaction/redactor.ts'

/** A copy in which every text, name of a member and number that holds a value is masked. */
export function redactJson(redactor: Redactor, value: Json): Json {
  if (typeof value === 'string') return redactor.redact(value)
  if (typeof value === 'number') {
    const text = String(value)
    const masked = redactor.redact(text)
    return masked === text ? value : masked
  }
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item: Json) => redactJson(redactor, item))
  // fromEntries defines own properties, so a member called __proto__ stays a plain member.
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [redactor.redact(name), redactJson(redactor, item)]),
  )
}
