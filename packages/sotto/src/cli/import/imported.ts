/** What a file gives to import, before it is compared with what is there. */
import { shown, SottoError, textValue } from '@sotto/sdk/model'
import type { SecretValue } from '@sotto/sdk/model'
import { bytesEntry, nestedPath } from '../values/values-text.ts'
import type { ValuesEntry } from '../values/values-text.ts'

export interface ImportedKey {
  readonly key: string
  readonly value: SecretValue
  readonly line: number
}

export interface ImportedSecret {
  /** `undefined` where the file does not say it. */
  readonly name: string | undefined
  /** In the order of the file; a key may be there twice. */
  readonly keys: readonly ImportedKey[]
}

export interface Imported {
  readonly secrets: readonly ImportedSecret[]
  /** What was made of it that the file does not say: names of keys that were changed. */
  readonly notes: readonly string[]
}

/** Keys of a mapping whose values are texts, or bytes as an export writes them. Code: `value_invalid`, naming all others. */
export function keysOf(entries: readonly ValuesEntry[], place: string): readonly ImportedKey[] {
  const refused: string[] = []
  const keys: ImportedKey[] = []
  for (const entry of entries) {
    const { key, line } = entry
    const bytes = bytesEntry(entry, place)
    if (bytes !== undefined) keys.push({ key, line, value: bytes })
    else if (entry.kind === 'scalar' && entry.value !== null) keys.push({ key, line, value: textValue(entry.value) })
    else refused.push(`${nestedPath(entry)} in line ${String(line)}`)
  }
  if (refused.length === 0) return keys
  throw new SottoError('value_invalid', `${place}: neither text nor bytes: ${refused.join(', ')}`, {
    hint: 'values are text; nested data goes in as one text in quotes, null as ""',
  })
}

/** A key for a name of another store, which may have any. */
function keyFor(name: string): string {
  const allowed = name.trim().replaceAll(/[^A-Za-z0-9_.-]+/g, '_')
  return (/^[A-Za-z_]/.test(allowed) ? allowed : `_${allowed}`).slice(0, 128)
}

/** Gives keys names that keys may have, and tells which. */
export function renamed(secrets: readonly ImportedSecret[]): Imported {
  const notes: string[] = []
  const all = secrets.map(({ name, keys }) => ({
    name,
    keys: keys.map((each) => {
      const key = keyFor(each.key)
      if (key !== each.key) notes.push(`${shown(each.key)} becomes ${key}`)
      return { ...each, key }
    }),
  }))
  return { secrets: all, notes }
}
