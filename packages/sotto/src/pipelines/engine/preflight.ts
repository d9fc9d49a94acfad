/** What must hold before the first step: one check of all references, and a tracker where a step declares one. */
import { SottoError } from '@sotto/sdk/model'
import type { Api, CheckReport, Stack, ValidationLevel } from '@sotto/sdk/model'
import type { Plan } from '../plan/plan.ts'
import { planRequirements } from '../plan/requirements.ts'
import { declaredMode } from '../supervisor/declared-mode.ts'
import type { RunObserver } from './observer.ts'

interface PreflightOptions {
  readonly api: Api
  readonly plan: Plan
  readonly stack: Stack
  readonly level: ValidationLevel
  readonly observe: RunObserver
}

/** Refuses a run that could not end well. Codes: `check_failed` (all problems in the report that the observer gets), `attribute_invalid`. */
export async function preflight({ api, plan, stack, level, observe }: PreflightOptions): Promise<void> {
  for (const node of plan.nodes) declaredMode([stack.settings, plan.settings, node.settings])
  requireTracker(plan, stack)
  if (level === 'NONE') return
  const report = await api.checkReferences({ stack: stack.id, level, ...planRequirements(plan) })
  observe({ kind: 'checked', report })
  if (!report.ok) throw checkFailed(report, stack)
}

function requireTracker(plan: Plan, stack: Stack): void {
  const node = plan.nodes.find(({ tracker }) => tracker)
  if (node === undefined || stack.components['experiment-tracker'] !== undefined) return
  throw new SottoError(
    'check_failed',
    `step "${node.id}" declares the experiment tracker, but stack "${stack.name}" has none`,
    {
      hint: `sotto stack update ${stack.name} --experiment-tracker=NAME, or run on another stack: --stack NAME`,
    },
  )
}

function checkFailed(report: CheckReport, stack: Stack): SottoError {
  const problems = report.items.filter(({ outcome }) => outcome !== 'ok' && outcome !== 'not checked')
  const lines = problems.map(
    ({ place, path, reference, outcome }) =>
      `${place}: ${[path, reference].filter((part) => part !== '').join(' = ')}: ${outcome}`,
  )
  const [first] = problems
  const message =
    problems.length === 1
      ? `a reference cannot be resolved: ${lines[0] ?? ''}`
      : `${String(problems.length)} references cannot be resolved: ${lines.slice(0, 3).join('; ')}${lines.length > 3 ? '; …' : ''}`
  return new SottoError('check_failed', message, {
    hint: problems.length === 1 ? (first?.next ?? undefined) : `sotto stack register-secrets ${stack.name}`,
    details: { problems: lines },
  })
}
