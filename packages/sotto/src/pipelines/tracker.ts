/**
 * What an experiment tracker must do for a step. The supervisor of an attempt holds the tracker and its credentials;
 * a TypeScript step reaches it over its channel, a command gets `environment()` and joins the same run by itself.
 */
import type { ResolvedComponent, RunState } from '@sotto/sdk/model'

/** Whose run it is: names and ids only, since a tracker shows them to everybody. */
export interface TrackedAttempt {
  /** Is a secret value in the text? Attributes may refer to secrets, and some of them are shown too. */
  readonly holdsValue: (text: string) => boolean
  readonly pipeline: string
  readonly run: string
  readonly step: string
  readonly attempt: string
}

/** A product that tracks experiments, by the flavor of its component. */
export interface TrackerProvider {
  readonly flavor: string
  /**
   * Opens a run at the product for one attempt. Codes: `tracker_unreachable` (away, or not that product),
   * `tracker_refused` (credentials), `tracker_failed`. No message holds a credential.
   */
  open(component: ResolvedComponent, attempt: TrackedAttempt): Promise<TrackerRun>
}

/** The run of one attempt at the product. Calls of one run are made one after another. */
export interface TrackerRun {
  /** The product's own id of the run. */
  readonly id: string
  /** Where a person can look at it, without credentials; empty if nowhere. */
  readonly url: string
  logMetrics(metrics: { readonly [name: string]: number }, step?: number): Promise<void>
  logParams(params: { readonly [name: string]: string }): Promise<void>
  setTags(tags: { readonly [name: string]: string }): Promise<void>
  /** Stores bytes under a relative path of the run's artifacts. */
  logArtifact(path: string, data: Uint8Array): Promise<void>
  /**
   * Variables with which the product's own client, in a command, joins this run. Holds credentials. One that is
   * `undefined` is not to be inherited: it would lead the client elsewhere, or send somebody's credentials to this product.
   */
  environment(): { readonly [name: string]: string | undefined }
  /** Closes the run with the state of the attempt. */
  finish(state: Exclude<RunState, 'running'>): Promise<void>
}
