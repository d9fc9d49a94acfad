/** What runs a node is given, and what it gives back: the same for functions and commands. */
import type { Attempt, ResolvedReferences } from '@sotto/sdk/model'
import type { LocalArtifactStore } from '../artifacts/local-store.ts'
import type { StepGate } from '../../channel/gate.ts'
import type { AttemptOutput } from './attempt-output.ts'
import type { NodeOutputs, RunContext } from './run-context.ts'
import type { TrackerSession } from './tracker-session.ts'
import type { WorkFolder } from './work-folder.ts'

/** One attempt with everything it needs at hand. */
export interface StepJob {
  readonly context: RunContext
  readonly attempt: Attempt
  readonly resolved: ResolvedReferences
  readonly store: LocalArtifactStore
  readonly tracker: TrackerSession | undefined
  readonly gate: StepGate
  /** Path of the socket by which its processes ask. */
  readonly socket: string
  readonly work: WorkFolder
  readonly output: AttemptOutput
}

/** How an attempt ended. Texts are not redacted yet. */
export type StepOutcome =
  | { readonly state: 'completed'; readonly exitCode: number; readonly outputs: NodeOutputs }
  | {
      readonly state: 'failed' | 'cancelled'
      readonly exitCode: number | undefined
      readonly error: string
      readonly hint: string | undefined
    }
