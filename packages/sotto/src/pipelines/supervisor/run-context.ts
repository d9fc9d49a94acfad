/** What all attempts of one run share. */
import type { Api, Id, JsonObject } from '@sotto/sdk/model'
import type { Redactor } from '../../redaction/redactor.ts'
import type { StoredArtifact } from '../artifacts/stored-artifact.ts'
import type { RunObserver } from '../engine/observer.ts'
import type { Places } from '../places.ts'
import type { Plan } from '../plan/plan.ts'
import type { TrackerProvider } from '../tracker.ts'
import type { StepRunners } from './step-runners.ts'
import type { Stop } from './stop.ts'

/** Outputs by name, of one node. */
export type NodeOutputs = { readonly [output: string]: StoredArtifact }

export interface RunContext {
  readonly api: Api
  readonly run: Id
  readonly plan: Plan
  /** The folder of the pipeline's file. */
  readonly folder: string
  readonly parameters: JsonObject
  readonly stack: string
  /** Settings of the stack that are switches, outermost of the three places where one may be set. */
  readonly stackSettings: JsonObject
  readonly redactor: Redactor
  readonly observe: RunObserver
  readonly env: NodeJS.ProcessEnv
  readonly trackers: readonly TrackerProvider[]
  readonly places: Places
  readonly stop: Stop
  /** Process groups that run now: killed when this process ends without having waited for them. */
  readonly groups: Set<number>
  readonly runners: StepRunners
  /** Filled as nodes end. */
  readonly outputs: Map<string, NodeOutputs>
}
