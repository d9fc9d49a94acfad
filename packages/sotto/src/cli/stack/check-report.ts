/** How the answer of a check is told; `run start` and `exec` tell theirs the same way. */
import { shown, SottoError } from '@sotto/sdk/model'
import type { CheckItem, CheckReport } from '@sotto/sdk/model'
import type { Table } from '../print/table.ts'

/** Does it stand in the way of a run? */
export function isProblem({ outcome }: CheckItem): boolean {
  return outcome !== 'ok' && outcome !== 'not checked'
}

/** Every problem at once: component, path, reference, reason and the command that mends it. `what`: `stack "prod"`. */
export function checkFailed(report: CheckReport, what: string): SottoError {
  const problems = report.items.filter(isProblem)
  const count =
    problems.length === 1
      ? '1 reference that cannot be resolved'
      : `${String(problems.length)} references that cannot be resolved`
  const missing = problems.some(({ outcome }) => outcome === 'secret missing' || outcome === 'key missing')
  const hint = missing && report.stack !== null ? `sotto stack register-secrets ${report.stack}` : problems[0]?.next
  return new SottoError('check_failed', `${what} has ${count}`, {
    hint,
    details: { problems: problems.map(problemLine) },
  })
}

function problemLine({ place, path, reference, outcome, next }: CheckItem): string {
  const parts = [place, path, reference, outcome].filter((part) => part !== '')
  return next === undefined ? parts.join('  ') : `${parts.join('  ')}  (${next})`
}

export function checkTable({ items }: CheckReport): Table {
  return {
    columns: ['WHERE', 'PATH', 'REFERENCE', 'RESULT', 'SCOPE'],
    rows: items.map(({ place, path, reference, outcome, note, scope }) => [
      place,
      path,
      reference,
      note === undefined ? outcome : `${outcome} (${note})`,
      scope ?? '',
    ]),
  }
}

/** `stack "prod"` */
export function stackName(report: CheckReport): string {
  return report.stack === null ? 'the command' : `stack ${shown(report.stack)}`
}
