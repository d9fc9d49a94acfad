/** What a JSON or YAML text gives, before it is judged: names in their order, scalars as they are written. */
import { shown } from '@sotto/sdk/model'

export interface ValuesText {
  readonly format: 'JSON' | 'YAML'
  readonly entries: readonly ValuesEntry[]
}

/** A name with its scalar (`null` for a null), with what is inside it, or with a list, which is never wanted. */
export type ValuesEntry =
  | { readonly key: string; readonly kind: 'scalar'; readonly value: string | null }
  | { readonly key: string; readonly kind: 'mapping'; readonly entries: readonly ValuesEntry[] }
  | { readonly key: string; readonly kind: 'list' }

/** The text is not in the format. The message holds places and no text. */
export class ValuesTextError extends Error {}

/** Where nested data begins: `"db"."password"`, `"hosts"[0]`. */
export function nestedPath(entry: ValuesEntry): string {
  if (entry.kind === 'list') return `${shown(entry.key)}[0]`
  if (entry.kind === 'scalar') return shown(entry.key)
  const [first] = entry.entries
  return first === undefined ? `${shown(entry.key)} ({})` : `${shown(entry.key)}.${nestedPath(first)}`
}
