/** What supervisor and step process say to each other over the process channel. */
import type { JsonObject, SecretValues } from '@sotto/sdk/model'
import type { ChannelAnswer, ChannelRequest } from '../../channel/protocol.ts'
import type { StoredArtifact } from '../artifacts/stored-artifact.ts'
import type { Expression } from '../plan/plan.ts'

/** The first message: all that the process needs. Secrets travel here and nowhere else. */
export interface StartMessage {
  readonly kind: 'start'
  /** Absolute paths: the file that registers the step, and the pipeline's. */
  readonly file: string
  readonly pipelineFile: string
  readonly step: { readonly id: string; readonly name: string }
  readonly run: { readonly id: string; readonly pipeline: string }
  readonly attempt: { readonly id: string; readonly number: number }
  readonly inputs: { readonly [name: string]: Expression }
  readonly parameters: JsonObject
  /** What earlier nodes left, as far as it is used, by node and output. Verified. */
  readonly artifacts: { readonly [step: string]: { readonly [output: string]: StoredArtifact } }
  /** By alias. */
  readonly secrets: { readonly [alias: string]: StartSecret }
  readonly tracker: { readonly id: string; readonly url: string } | null
  /** Where the result is to be written. */
  readonly resultFile: string
  /** Variables that only this process needed to start, not what it starts in turn. */
  readonly dropVariables: readonly string[]
}

export interface StartSecret {
  readonly name: string
  readonly form: 'text' | 'bytes'
  readonly values: SecretValues
}

/** An error that was thrown in the step, as text. The supervisor redacts it. */
export interface StepFailure {
  readonly message: string
  readonly hint: string | undefined
  readonly stack: string | undefined
}

export type SupervisorMessage = StartMessage | ({ readonly kind: 'answer' } & ChannelAnswer)

export type StepMessage =
  | ({ readonly kind: 'call' } & ChannelRequest)
  /** The result lies in the result file. */
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly failure: StepFailure }
