/** Which value belongs to which key of which version of which secret. */
import type { ResolvedSecret } from '@sotto/sdk/model'
import type { Outcome, Question } from './questions.ts'

/** The values that the untouched store gives, or gave before a deletion, by `id version key`. */
export type Truth = ReadonlyMap<string, ReadonlySet<string>>

type Revealed = Extract<ResolvedSecret, { unchanged: false }>

export function truthOf(...asked: readonly (readonly [readonly Question[], readonly Outcome[]])[]): Truth {
  const truth = new Map<string, Set<string>>()
  for (const [questions, outcomes] of asked) {
    for (const [index, outcome] of outcomes.entries()) {
      for (const secret of revealedSecrets(questions[index]!, outcome)) {
        for (const [key, { data }] of Object.entries(secret.values)) {
          const place = placeOf(secret, key)
          truth.set(place, (truth.get(place) ?? new Set()).add(data))
        }
      }
    }
  }
  return truth
}

/** The secrets in an answer that reveals. */
export function revealedSecrets({ operation }: Question, outcome: Outcome): readonly Revealed[] {
  if (!('answer' in outcome) || !['resolveSecrets', 'resolveReferences'].includes(operation)) return []
  const { secrets } = JSON.parse(outcome.answer) as { readonly secrets: readonly ResolvedSecret[] } // both answer so
  return secrets.filter((secret) => !secret.unchanged)
}

/** A place of the truth. */
export function placeOf({ id, version }: Revealed, key: string): string {
  return `${id} ${String(version)} ${key}`
}
