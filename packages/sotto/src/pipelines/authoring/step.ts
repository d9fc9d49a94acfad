/** `step(name, options, fn)`: a function that runs in a process of its own. */
import { requireName, SottoError } from '@sotto/sdk/model'
import { definingFile } from './call-site.ts'
import type { StepContext, TrackedContext } from './context.ts'
import type { Handle, Input } from './handle.ts'
import { requireDeclarations } from './secret.ts'
import type { SecretDeclarations } from './secret.ts'
import { readSettings } from './settings.ts'
import type { Settings } from './settings.ts'
import type { StepDefinition } from '../definitions.ts'
import { currentRecorder, registerStep } from '../registry.ts'

/** What a step says it uses. */
export interface StepOptions<S extends SecretDeclarations, T extends boolean> {
  readonly secrets?: S
  /** With `true`, `ctx.tracker` exists and a run is opened at the stack's experiment tracker. */
  readonly tracker?: T
  /** Override the stack's and the pipeline's settings for this step. */
  readonly settings?: Settings
}

/** Inputs in a pipeline's body: data, handles, or both mixed at any depth. */
export type StepInputs<I> = { readonly [K in keyof I]: Input<I[K]> }

/** Order beside the flow of data: steps that must have ended first. */
export interface CallOptions {
  readonly after?: readonly Handle<unknown>[]
}

type StepArguments<I> = object extends I
  ? [inputs?: StepInputs<I>, options?: CallOptions]
  : [inputs: StepInputs<I>, options?: CallOptions]

/** A step as a pipeline's body calls it. */
export interface Step<I, R> {
  (...given: StepArguments<I>): Handle<Awaited<R>>
  readonly stepName: string
}

type StepFunction<I, S, T, R> = (inputs: I, context: T extends true ? TrackedContext<S> : StepContext<S>) => R

/**
 * Defines a step. Inputs and result are JSON data; the result of a function that returns nothing is `null`.
 * Codes: `name_invalid`, `pipeline_invalid`.
 */
export function step<I extends object = Record<never, never>, R = unknown>(
  name: string,
  run: (inputs: I, context: StepContext<Record<never, never>>) => R,
): Step<I, R>
export function step<
  I extends object = Record<never, never>,
  R = unknown,
  const S extends SecretDeclarations = Record<never, never>,
  const T extends boolean = false,
>(name: string, options: StepOptions<S, T>, run: StepFunction<I, S, T, R>): Step<I, R>
export function step(name: string, ...rest: readonly unknown[]): Step<Record<never, never>, unknown> {
  const what = `step "${requireName('step', name)}"`
  const [options, run] = rest.length > 1 ? [rest[0] ?? {}, rest[1]] : [{}, rest[0]]
  if (typeof run !== 'function' || typeof options !== 'object') {
    throw new SottoError('pipeline_invalid', `${what} has no function`, {
      hint: `write step('${name}', { …options }, async (inputs, context) => …)`,
    })
  }
  const { secrets, tracker, settings } = options as StepOptions<SecretDeclarations, boolean> // checked member by member below
  requireDeclarations(what, secrets)
  const definition: StepDefinition = {
    kind: 'function',
    name,
    file: definingFile(what),
    secrets: secrets ?? {},
    tracker: tracker === true,
    settings: readSettings(what, settings),
    run: run as StepDefinition['run'], // types are stripped: what the function takes is the author's word
  }
  registerStep(definition)
  const call = (inputs?: object, order?: CallOptions): Handle<unknown> =>
    currentRecorder(what).addStep(definition, inputs ?? {}, order?.after ?? [])
  return Object.assign(call, { stepName: name })
}
