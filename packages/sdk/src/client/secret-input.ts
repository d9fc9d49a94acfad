/** Values as a program writes them, and what they become on the way to the store. */
import { SottoError } from '../model/error.ts'
import { shown } from '../model/names.ts'
import type { SecretInput, SecretQuery, SecretUpdate } from '../model/secret.ts'
import { isSensitive } from '../model/sensitive.ts'
import type { Sensitive } from '../model/sensitive.ts'
import { bytesValue, emptyRecord, textValue } from '../model/value.ts'
import type { SecretValue, SecretValues } from '../model/value.ts'

/** A value: text, or bytes. A number has no one spelling (`00123`, `1e400`), so it is given as text. */
export type ValueInput = string | Uint8Array | Sensitive | Sensitive<Uint8Array>

/** What `createSecret` and `setSecret` take. */
export interface NewSecret extends Omit<SecretInput, 'values'> {
  /** Values by key. */
  readonly values: { readonly [key: string]: ValueInput }
}

/** What `updateSecret` changes. Fields left out stay as they are. */
export interface SecretChanges extends Omit<SecretUpdate, 'secret' | 'values'> {
  /** Values to write, by key; `null` removes the key. */
  readonly values?: { readonly [key: string]: ValueInput | null } | undefined
}

/** Filters and order of `listSecrets`; all filters given must hold. */
export type SecretFilter = Omit<SecretQuery, 'cursor' | 'limit'>

/** Values for the store. Throws one `value_invalid` that names every key with something else than text or bytes. */
export function secretValues(values: { readonly [key: string]: ValueInput }): SecretValues {
  const record = emptyRecord<SecretValue>()
  const refused: string[] = []
  for (const [key, value] of Object.entries(values)) {
    const made = secretValue(value)
    if (made === undefined) refused.push(key)
    else record[key] = made
  }
  if (refused.length > 0) {
    throw new SottoError('value_invalid', `the value of ${refused.map(shown).join(', ')} is neither text nor bytes`, {
      hint: 'give a string or a Uint8Array; write numbers and nested data as the text they should have',
    })
  }
  return record
}

/** An update for the store, in which a key with `null` is one to remove. */
export function secretUpdate(secret: string, changes: SecretChanges): SecretUpdate {
  const { values, remove, ...rest } = changes
  if (values === undefined) return { ...rest, secret, remove }
  const entries = Object.entries(values)
  const gone = entries.filter(([, value]) => value === null).map(([key]) => key)
  const written = emptyRecord<ValueInput>()
  for (const [key, value] of entries) if (value !== null) written[key] = value
  return { ...rest, secret, values: secretValues(written), remove: [...(remove ?? []), ...gone] }
}

function secretValue(value: unknown): SecretValue | undefined {
  const given = isSensitive(value) ? value.reveal() : value
  if (typeof given === 'string') return textValue(given)
  return given instanceof Uint8Array ? bytesValue(given) : undefined
}
