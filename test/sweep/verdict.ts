/**
 * Judges what an attacked store answers. A value that comes out must be the one that the untouched store gives under the
 * same id, version and key; and an answer that differs from that of the untouched store is at most one that a missing row
 * explains, and which `audit verify` tells.
 */
import type { ResolvedReferences } from '@sotto/sdk/model'
import type { Outcome, Question } from './questions.ts'
import type { Report, Target } from './target.ts'
import { placeOf, revealedSecrets } from './truth.ts'
import type { Truth } from './truth.ts'

export interface Verdict {
  /** Was it noticed by anything that touched it? */
  readonly noticed: boolean
  /** Operations whose answers differ from those of the untouched store, without an error. */
  readonly differing: readonly string[]
  /** Values under an identity that is not theirs, in the words of the question. */
  readonly released: readonly string[]
  /** Errors that are none of ours. */
  readonly crashes: readonly string[]
}

export function judge(target: Target, report: Report, truth: Truth = target.truth): Verdict {
  const differing = new Set<string>()
  const released: string[] = []
  const crashes: string[] = []
  let errors = report.refused === undefined ? 0 : 1
  for (const [index, outcome] of report.outcomes.entries()) {
    const question = target.questions[index]!
    const before = target.baseline[index]!
    if ('code' in outcome) {
      if (!('code' in before && before.code === outcome.code)) errors += 1
      if (outcome.code === 'crash' || outcome.code === 'internal') crashes.push(`${question.name}: ${outcome.message}`)
      continue
    }
    if ('answer' in before && before.answer === outcome.answer) continue
    differing.add(question.operation)
    if (!isTruthful(question, outcome, truth)) released.push(`${question.name}: ${outcome.answer.slice(0, 300)}`)
  }
  const noticed = errors > 0 || report.verified === 'broken' || !['authenticated', 'broken'].includes(report.verified)
  return { noticed, differing: [...differing].toSorted(), released, crashes }
}

/** Is every value in the answer one that the answer says it is, and is there none where none may be? */
function isTruthful(question: Question, outcome: Outcome, truth: Truth): boolean {
  if (!('answer' in outcome)) return true
  const secrets = revealedSecrets(question, outcome)
  const own = secrets.flatMap((secret) =>
    Object.entries(secret.values).map(([key, { data }]) => ({ data, place: placeOf(secret, key) })),
  )
  if (own.some(({ data, place }) => truth.get(place)?.has(data) !== true)) return false
  if (question.operation === 'resolveSecrets') return true
  if (question.operation === 'resolveReferences') return labelsHold(outcome.answer, truth)
  return ![...truth.values()].some((values) => [...values].some((value) => outcome.answer.includes(value)))
}

/** What a resolution substituted carries a label; its value must be one that some version of that key really had. */
function labelsHold(answer: string, truth: Truth): boolean {
  const { revealed } = JSON.parse(answer) as ResolvedReferences // the operation's answer
  return revealed.every(({ label, value }) => {
    const key = label.slice(label.indexOf('.') + 1)
    return [...truth].some(([place, values]) => values.has(value.data) && place.endsWith(` ${key}`))
  })
}
