/** How the answer of a check is told; `run start` and `exec` tell theirs the same way. */
import { shown, SottoError } from '@sotto/sdk/model'
import type { CheckItem, CheckReport } from '@sotto/sdk/model'
import type { Table } from '../print/table.ts'
import { shortTime } from '../print/time.ts'

/** Does it stand in the way of a run? */
export function isProblem({ outcome }: CheckItem): boolean {
  return outcome !== 'ok' && outcome !== 'not checked'
}

/** Is it a reference that a new secret or key mends? */
export function isMissingSecret({ outcome }: CheckItem): boolean {
  return outcome === 'secret missing' || outcome === 'key missing'
}

/** Every problem at once: component, path, reference, reason and the command that mends it. `what`: `stack "prod"`. */
export function checkFailed(report: CheckReport, what: string): SottoError {
  const problems = report.items.filter(isProblem)
  const { principal } = report
  const hint =
    problems.some(isMissingSecret) && report.stack !== null
      ? `sotto stack register-secrets ${report.stack}`
      : problems[0]?.next
  return new SottoError('check_failed', `${what} has ${countsOf(problems)}`, {
    hint,
    details: {
      problems: problems.map((problem) => problemLine({ ...problem, outcome: outcomeWords(problem, principal) }, hint)),
    },
  })
}

/** `2 references that cannot be resolved and 1 missing attribute` */
function countsOf(problems: readonly CheckItem[]): string {
  const attributes = problems.filter(({ outcome }) => outcome === 'attribute missing').length
  const references = problems.length - attributes
  const parts = [
    ...(references === 0
      ? []
      : [`${String(references)} ${references === 1 ? 'reference' : 'references'} that cannot be resolved`]),
    ...(attributes === 0 ? [] : [`${String(attributes)} missing ${attributes === 1 ? 'attribute' : 'attributes'}`]),
  ]
  return parts.join(' and ')
}

/** The command of a problem is left out where it is the one that the error ends with. */
function problemLine(
  { place, path, reference, outcome, next }: Omit<CheckItem, 'outcome'> & { readonly outcome: string },
  hint: string | undefined,
): string {
  const parts = [place, path, reference, outcome].filter((part) => part !== '')
  return next === undefined || next === hint ? parts.join('  ') : `${parts.join('  ')}  (${next})`
}

/** A warning for each secret that works now and will soon expire. */
export function expiryWarnings({ items }: CheckReport): readonly string[] {
  const soon = new Map<string, string>()
  for (const { secret, outcome, expiresAt } of items)
    if (secret !== undefined && expiresAt !== undefined && outcome === 'ok') soon.set(secret, expiresAt)
  return Array.from(
    soon,
    ([secret, at]) =>
      `secret ${shown(secret)} expires ${shortTime(at)}; renew it: sotto secret update ${secret} --KEY=@FILE --expires 30d`,
  )
}

/** `not readable by nightly` */
function outcomeWords({ outcome }: CheckItem, principal: string): string {
  return outcome === 'not readable' ? `not readable by ${principal}` : outcome
}

export function checkTable({ items, principal }: CheckReport): Table {
  return {
    columns: ['WHERE', 'PATH', 'REFERENCE', 'RESULT', 'SCOPE'],
    rows: items.map((item) => {
      const [words, { place, path, reference, note, scope }] = [outcomeWords(item, principal), item]
      return [place, path, reference, note === undefined ? words : `${words} (${note})`, scope ?? '']
    }),
  }
}

/** `stack "prod"` */
export function stackName(report: CheckReport): string {
  return report.stack === null ? 'the command' : `stack ${shown(report.stack)}`
}
