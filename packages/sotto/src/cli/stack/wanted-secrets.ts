/** What a stack refers to, grouped by secret: the questions of `register-secrets`. */
import type { CheckReport, Scope } from '@sotto/sdk/model'

export interface WantedKey {
  readonly key: string
  readonly exists: boolean
  /** `experiment-tracker mlflow tracking_password` */
  readonly usedBy: string[]
}

export interface WantedSecret {
  readonly name: string
  readonly exists: boolean
  /** Where it was found; `undefined` while it is missing. */
  readonly scope: Scope | undefined
  readonly keys: WantedKey[]
}

/** Secrets in the order in which they are first referred to, each with its keys in that order. */
export function wantedSecrets({ items }: CheckReport): readonly WantedSecret[] {
  const secrets = new Map<string, WantedSecret>()
  for (const { secret, key, outcome, scope, place, path } of items) {
    if (secret === undefined || key === undefined) continue
    // What is there but not to be read, not trusted or malformed is nothing that a new value mends.
    if (outcome !== 'ok' && outcome !== 'secret missing' && outcome !== 'key missing') continue
    const wanted = secrets.get(secret) ?? { name: secret, exists: outcome !== 'secret missing', scope, keys: [] }
    secrets.set(secret, wanted)
    const found = wanted.keys.find((one) => one.key === key)
    const use = `${place} ${path}`
    if (found === undefined) wanted.keys.push({ key, exists: outcome === 'ok', usedBy: [use] })
    else found.usedBy.push(use)
  }
  return [...secrets.values()]
}
