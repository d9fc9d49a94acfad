/** What a run tells whoever watches it. Pipelines print nothing themselves. */
import type { CheckReport, Run, RunState } from '@sotto/sdk/model'
import type { Plan } from '../plan/plan.ts'

export type EndState = Exclude<RunState, 'running'>

export type RunEvent =
  /** References were checked; not sent at level `NONE`. With `report.ok` false the run ends here, unrecorded. */
  | { readonly kind: 'checked'; readonly report: CheckReport }
  | { readonly kind: 'run started'; readonly run: Run; readonly plan: Plan }
  | { readonly kind: 'step started'; readonly step: string; readonly attempt: string; readonly number: number }
  /** The step's run at the experiment tracker is open. */
  | { readonly kind: 'tracked'; readonly step: string; readonly url: string }
  /** Output of a step, redacted; chunks break anywhere. */
  | {
      readonly kind: 'output'
      readonly step: string
      readonly attempt: string
      readonly stream: 'stdout' | 'stderr'
      readonly data: Uint8Array
    }
  /** Something to know; never a value. */
  | { readonly kind: 'warning'; readonly step: string | undefined; readonly message: string }
  | {
      readonly kind: 'step ended'
      readonly step: string
      readonly attempt: string
      readonly state: EndState
      readonly durationMs: number
      readonly error: string | undefined
      readonly hint: string | undefined
    }
  /** Nodes that never started, because another failed or the run was cancelled. */
  | { readonly kind: 'steps skipped'; readonly steps: readonly string[] }
  | {
      readonly kind: 'run ended'
      readonly run: Run
      readonly state: EndState
      readonly durationMs: number
      readonly error: string | undefined
    }

/** Called once for each event, in order. Must not throw. */
export type RunObserver = (event: RunEvent) => void
