/** What is registered when a user's file is imported: definitions of steps, commands and pipelines, and handles. */
import type { JsonObject } from '@sotto/sdk/model'
import type { StepContext } from './authoring/context.ts'
import type { Handle } from './authoring/handle.ts'
import type { CommandOutput } from './authoring/output.ts'
import type { SecretDeclaration, SecretDeclarations, SecretFileDeclaration } from './authoring/secret.ts'
import type { Expression, Plan } from './plan/plan.ts'

/** A function with what it uses. */
export interface StepDefinition {
  readonly kind: 'function'
  readonly name: string
  readonly file: string
  readonly secrets: SecretDeclarations
  readonly tracker: boolean
  readonly settings: JsonObject
  readonly run: (inputs: unknown, context: StepContext<SecretDeclarations>) => unknown
}

/** Variables of a command's environment: one key of a secret each, or the path of a file that holds it. */
export type CommandSecrets = { readonly [variable: string]: SecretDeclaration | SecretFileDeclaration }
export type CommandOutputs = { readonly [name: string]: CommandOutput }

/** A program with what it uses. */
export interface CommandDefinition {
  readonly kind: 'command'
  readonly name: string
  readonly file: string
  readonly run: readonly string[]
  readonly params: readonly string[]
  readonly inputs: readonly string[]
  readonly outputs: CommandOutputs
  readonly secrets: CommandSecrets
  readonly tracker: boolean
  readonly settings: JsonObject
}

/** A body with the settings around it. */
export interface PipelineDefinition {
  readonly name: string
  readonly file: string
  readonly settings: JsonObject
  readonly defaults: object
  readonly body: (params: never) => unknown
  /** Kept, so that the body runs once. */
  plan: Plan | undefined
}

/** Takes down what a pipeline's body does. */
export interface BodyRecorder {
  readonly pipeline: string
  useParameter(name: string): void
  addStep(definition: StepDefinition, inputs: object, after: readonly unknown[]): Handle<unknown>
  /** A handle, or an object with one for each output. */
  addCommand(definition: CommandDefinition, inputs: object, after: readonly unknown[]): unknown
}

/** What a handle stands for, and in which pipeline's body it was made. */
export interface HandleTarget {
  readonly recorder: BodyRecorder
  readonly expression: Expression
}
