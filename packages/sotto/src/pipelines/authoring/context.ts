/** What a step's function gets beside its inputs. */
import type { Json } from '@sotto/sdk/model'
import type { StepSecrets } from './secret.ts'

/** What a step may log to the experiment tracker. Each call is sent at once; the step ends when all are through. */
export interface Tracker {
  /** The product's own id of this step's run, and where a person can look at it. */
  readonly id: string
  readonly url: string
  logMetric(name: string, value: number, step?: number): Promise<void>
  logMetrics(metrics: { readonly [name: string]: number }, step?: number): Promise<void>
  /** Values of secrets in it are masked before they leave. */
  logParam(name: string, value: Json): Promise<void>
  logParams(params: { readonly [name: string]: Json }): Promise<void>
  setTag(name: string, value: string): Promise<void>
  setTags(tags: { readonly [name: string]: string }): Promise<void>
  /** Stores text or bytes under a relative path of the run's artifacts; values of secrets in it are masked. */
  logArtifact(path: string, data: string | Uint8Array): Promise<void>
}

/** The second argument of a step's function. */
export interface StepContext<S> {
  /** The declared secrets: `secrets.crm.password.reveal()`. */
  readonly secrets: StepSecrets<S>
  /** Writes a line to the log of the step. */
  log(message: string): void
  /** Aborts when the run is cancelled. A step that looks at it gets some seconds to clean up. */
  readonly signal: AbortSignal
  readonly run: { readonly id: string; readonly pipeline: string }
  /** The node of the plan: the step's name, with a number where a pipeline uses it again. */
  readonly step: { readonly id: string; readonly name: string }
  readonly attempt: { readonly id: string; readonly number: number }
}

/** The context of a step that declared `tracker: true`. */
export interface TrackedContext<S> extends StepContext<S> {
  readonly tracker: Tracker
}
