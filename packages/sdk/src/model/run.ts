/** Runs and attempts: records of what ran, with which secret versions. */
import type { CheckInput, ValidationLevel } from './check.ts'
import type { ComponentType } from './component.ts'
import type { JsonObject } from './json.ts'
import type { Id } from './names.ts'
import type { PageQuery } from './page.ts'

/** How a run or an attempt stands. */
export type RunState = 'running' | 'completed' | 'failed' | 'cancelled'
export const runStates: readonly RunState[] = ['running', 'completed', 'failed', 'cancelled']

/** A run to record. */
export interface RunInput {
  readonly pipeline: string
  readonly stack: string
  readonly parameters: JsonObject
  /** The plan as data; given unchanged to every engine. */
  readonly plan: JsonObject
  readonly level: ValidationLevel
  /** What was checked, so that an attempt's use of a secret can be told declared or not. */
  readonly requirements: Pick<CheckInput, 'settings' | 'secrets'>
}

/** An artifact as a run records it; the bytes lie in the artifact store under their digest. */
export interface ArtifactRecord {
  readonly name: string
  /** `sha256:` and 64 hex digits. */
  readonly digest: string
  readonly sizeBytes: number
  readonly codec: 'json' | 'text' | 'bytes' | 'file'
}

/** An attempt to record. */
export interface AttemptInput {
  readonly run: Id
  /** Id of the plan's node. */
  readonly step: string
  /** The stack by name or id, whatever it is called by now; that of the run's record without it. */
  readonly stack?: string | undefined
  /** Types of components that the step uses: the attempt may read what they refer to. */
  readonly components?: readonly ComponentType[] | undefined
}

/** The end of an attempt. */
export interface AttemptEnd {
  readonly attempt: Id
  readonly state: Exclude<RunState, 'running'>
  /** Redacted before it comes here. */
  readonly error?: string | undefined
  readonly exitCode?: number | undefined
  readonly outputs?: readonly ArtifactRecord[] | undefined
}

/** The end of a run. */
export interface RunEnd {
  readonly run: Id
  readonly state: Exclude<RunState, 'running'>
  readonly error?: string | undefined
}

/** One try of one step, as it is recorded. */
export interface Attempt {
  readonly id: Id
  readonly step: string
  readonly number: number
  readonly state: RunState
  readonly error?: string
  readonly exitCode?: number
  readonly startedAt: string
  readonly endedAt?: string
  readonly outputs: readonly ArtifactRecord[]
}

/** An attempt that has just begun. */
export interface NewAttempt extends Attempt {
  /**
   * Good for what the attempt may do, and until it ends: `sotto_attempt_<random>_<checksum>`, shown this once. Absent for
   * a caller who came without a token, as in an embedded store.
   */
  readonly token?: string
}

/** A run as lists show it. */
export interface Run {
  readonly id: Id
  readonly pipeline: string
  readonly stack: string
  readonly principal: string
  readonly state: RunState
  readonly error?: string
  readonly parameters: JsonObject
  readonly startedAt: string
  readonly endedAt?: string
}

/** A run with its plan and attempts. */
export interface RunDetail extends Run {
  readonly plan: JsonObject
  readonly level: ValidationLevel
  readonly attempts: readonly Attempt[]
}

/** Names one run. */
export interface RunSelector {
  /** An id, or an unambiguous beginning of one with at least 6 characters. */
  readonly run: string
}

/** Filters of a list of runs; all given ones must hold. */
export interface RunQuery extends PageQuery {
  readonly pipeline?: string | undefined
  readonly stack?: string | undefined
  readonly state?: RunState | undefined
}

/** One secret version that an attempt read: who read what. */
export interface SecretRead {
  readonly step: string
  readonly attempt: Id
  readonly secretId: Id
  readonly secret: string
  readonly version: number
  readonly keys: readonly string[]
  /** False where a step asked for what it did not declare. */
  readonly declared: boolean
  readonly at: string
}

/** Output to add to a log. */
export interface LogAppend {
  readonly attempt: Id
  /** Redacted output, as the base64 of its bytes: binary output stays whole. */
  readonly dataBase64: string
}

/** Which part of a log to read. */
export interface LogQuery extends RunSelector {
  readonly step?: string | undefined
  /** Go on behind these bytes of the log. */
  readonly offsetBytes?: number | undefined
}

/** Output of one attempt. */
export interface LogChunk {
  readonly step: string
  readonly attempt: Id
  readonly dataBase64: string
}

/** A part of a log, and where to go on. */
export interface LogPage {
  readonly chunks: readonly LogChunk[]
  readonly offsetBytes: number
  /** True when the run has ended and nothing more will come. */
  readonly ended: boolean
}
