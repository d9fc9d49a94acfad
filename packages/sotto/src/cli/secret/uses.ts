/** What refers to a secret, and whether a change that breaks it may go on. */
import { everyItem, shown, SottoError } from '@sotto/sdk/model'
import type { Api, ReferenceUse, SecretDescription, SecretSelector } from '@sotto/sdk/model'
import type { Call } from '../command.ts'

export async function usesOf(api: Api, selector: SecretSelector): Promise<readonly ReferenceUse[]> {
  const uses: ReferenceUse[] = []
  for await (const use of everyItem((query) => api.listSecretUses({ ...selector, ...query }), {})) uses.push(use)
  return uses
}

function useLine({ object, path, name, key }: ReferenceUse): string {
  return `${object}  ${path}  {{${name}.${key}}}`
}

interface Breaking {
  readonly secret: SecretDescription
  /** `Delete`, `Rename` or `Unshare`. */
  readonly verb: string
  /** What becomes of the references, where it is not that none resolves. */
  readonly effect?: string
  /** Ask although nothing uses it. */
  readonly always: boolean
}

/**
 * Shows what would break and asks. Where nobody can answer, it goes on when nothing uses the secret, and is refused
 * with `in_use` otherwise, unless `--yes` was given. True to go on.
 */
export async function confirmBreaking(
  call: Call,
  uses: readonly ReferenceUse[],
  { secret, verb, effect = 'which will not resolve any more', always }: Breaking,
): Promise<boolean> {
  const { ask, print } = call
  const what = `secret ${shown(secret.name)} (scope ${secret.scope})`
  if (uses.length > 0 && (ask.canAsk || ask.saidYes)) {
    print.warn(`${what} is used by ${count(uses.length)}, ${effect}:`)
    for (const use of uses) print.say(`  ${useLine(use)}`)
  }
  if (ask.saidYes) return true
  if (ask.canAsk) return uses.length === 0 && !always ? true : ask.confirm(`${verb} ${what}?`)
  if (uses.length === 0) return true
  throw new SottoError('in_use', `${what} is used by ${count(uses.length)}`, {
    hint: `add --yes to ${verb.toLowerCase()} it all the same`,
    details: { uses: uses.map(useLine) },
  })
}

function count(uses: number): string {
  return uses === 1 ? '1 reference' : `${String(uses)} references`
}
