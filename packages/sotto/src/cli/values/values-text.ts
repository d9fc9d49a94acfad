/** What a JSON or YAML text gives, before it is judged: names in their order, scalars as they are written. */
import { shown, SottoError } from '@sotto/sdk/model'
import type { SecretValue } from '@sotto/sdk/model'

export interface ValuesText {
  readonly format: 'JSON' | 'YAML'
  readonly entries: readonly ValuesEntry[]
}

/** A name with its scalar (`null` for a null), with what is inside it, or with a list. Entries of a list have no name. */
export type ValuesEntry = { readonly key: string; readonly line: number } & (
  | { readonly kind: 'scalar'; readonly value: string | null }
  | { readonly kind: 'mapping'; readonly entries: readonly ValuesEntry[] }
  | { readonly kind: 'list'; readonly items: readonly ValuesEntry[] }
)

/** The text is not in the format. The message holds places and no text. */
export class ValuesTextError extends Error {}

/** Where nested data begins: `"db"."password"`, `"hosts"[0]`. */
export function nestedPath(entry: ValuesEntry): string {
  if (entry.kind === 'list') return `${shown(entry.key)}[0]`
  if (entry.kind === 'scalar') return shown(entry.key)
  const [first] = entry.entries
  return first === undefined ? `${shown(entry.key)} ({})` : `${shown(entry.key)}.${nestedPath(first)}`
}

/** The entry of that name, where the entry is a mapping that has one. */
export function memberOf(entry: ValuesEntry | undefined, name: string): ValuesEntry | undefined {
  return entry?.kind === 'mapping' ? entry.entries.find(({ key }) => key === name) : undefined
}

/** The text of the member of that name. */
export function memberText(entry: ValuesEntry | undefined, name: string): string | undefined {
  const member = memberOf(entry, name)
  return member?.kind === 'scalar' ? (member.value ?? undefined) : undefined
}

/**
 * Bytes where all else is text: `{"base64": "AP8="}`, as `sotto secret export` writes them; `undefined` for anything
 * else. Code: `value_invalid` where it is no base64. `place` is named in errors.
 */
export function bytesEntry(entry: ValuesEntry, place: string): SecretValue | undefined {
  if (entry.kind !== 'mapping' || entry.entries.length !== 1) return undefined
  const data = memberText(entry, 'base64')
  return data === undefined ? undefined : base64Value(data, `${place}: ${shown(entry.key)}`)
}

/** A value from base64. Code: `value_invalid`. */
export function base64Value(data: string, place: string): SecretValue {
  const packed = data.replaceAll(/[\r\n]/g, '')
  if (/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(packed))
    return { encoding: 'base64', data: Buffer.from(packed, 'base64').toString('base64') }
  throw new SottoError('value_invalid', `${place} is not base64`, { hint: 'write bytes as {"base64": "AP8="}' })
}
