/** What supervisor and step process say to each other over the process channel. */
import type { JsonObject, SecretValues } from '@sotto/sdk/model'
import { readRequest } from '../../channel/protocol.ts'
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
  /** Path of the socket by which what the step starts can ask. */
  readonly socket: string
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

/** A message of a step's process; `undefined` for anything else, since the step's own code may send what it likes. */
export function readStepMessage(given: unknown): StepMessage | undefined {
  if (typeof given !== 'object' || given === null || !('kind' in given)) return undefined
  if (given.kind === 'done') return { kind: 'done' }
  if (given.kind === 'failed')
    return { kind: 'failed', failure: readFailure('failure' in given ? given.failure : undefined) }
  const request = given.kind === 'call' ? readRequest(given) : undefined
  return request === undefined ? undefined : { kind: 'call', ...request }
}

function readFailure(given: unknown): StepFailure {
  const text = (name: string): string | undefined => {
    const value: unknown = typeof given === 'object' && given !== null ? Reflect.get(given, name) : undefined
    return typeof value === 'string' ? value : undefined
  }
  return { message: text('message') ?? 'it failed without saying why', hint: text('hint'), stack: text('stack') }
}
