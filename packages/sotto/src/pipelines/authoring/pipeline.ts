/** `pipeline(name, options, body)`: connects steps. The body runs once, when the plan is drawn up. */
import { requireName, SottoError } from '@sotto/sdk/model'
import type { ValidationLevel } from '@sotto/sdk/model'
import { definingFile } from './call-site.ts'
import type { Resolved } from './handle.ts'
import type { Params } from './params.ts'
import { readSettings } from './settings.ts'
import type { Settings } from './settings.ts'
import { compilePipeline } from '../plan/compile.ts'
import type { Plan } from '../plan/plan.ts'
import type { RunObserver } from '../engine/observer.ts'
import type { PipelineDefinition } from '../definitions.ts'
import { registry } from '../registry.ts'
import { stepPort } from '../../channel/step-port.ts'

export interface PipelineOptions<P> {
  /** Override the stack's settings for all steps. */
  readonly settings?: Settings
  /** Values of parameters that are not given. A default inside the body's `({ lr = 1 })` would never be used. */
  readonly defaults?: Partial<P>
}

/** How a run is started from code. */
export interface StartOptions {
  /** The active stack when absent. */
  readonly stack?: string
  readonly level?: ValidationLevel
  /** Cancels the run. Ctrl-C does by itself. */
  readonly signal?: AbortSignal
  /** Told of each event of the run. Progress lines on standard error when absent. */
  readonly observer?: RunObserver
}

/** A run that completed. */
export interface CompletedRun<R> {
  readonly id: string
  /** What the body returned, with data in place of handles. */
  readonly result: R
}

type RunArguments<P> = object extends P ? [params?: P, options?: StartOptions] : [params: P, options?: StartOptions]

export interface Pipeline<P, R> {
  readonly pipelineName: string
  /** The plan as data; the same for all values of parameters. Codes: `pipeline_invalid`. */
  plan(): Plan
  /**
   * Runs on a stack. Codes: `check_failed` before the first step, `step_failed`, `interrupted`, `input_invalid`
   * for parameters, and `pipeline_invalid` inside a step's process.
   */
  run(...given: RunArguments<P>): Promise<CompletedRun<Resolved<R>>>
}

/** Starts a run of a plan; the entry `sotto/pipelines` puts it together. */
export type StartRun = (
  definition: PipelineDefinition,
  plan: Plan,
  params: unknown,
  options: StartOptions,
) => Promise<CompletedRun<unknown>>

export interface PipelineFunction {
  /** Defines a pipeline. Codes: `name_invalid`, `pipeline_invalid`. */
  <P extends object = Record<never, never>, R = unknown>(name: string, body: (params: Params<P>) => R): Pipeline<P, R>
  <P extends object = Record<never, never>, R = unknown, const D extends Partial<P> = Record<never, never>>(
    name: string,
    options: { readonly settings?: Settings; readonly defaults?: D },
    body: (params: Params<P>) => R,
  ): Pipeline<Omit<P, keyof D> & { readonly [K in keyof P & keyof D]?: P[K] }, R>
}

/** Makes `pipeline` with the way to start runs. */
export function makePipelineFunction(start: StartRun): PipelineFunction {
  return (name: string, ...rest: readonly unknown[]): Pipeline<Record<never, never>, never> => {
    const what = `pipeline "${requireName('pipeline', name)}"`
    const [options, body] = rest.length > 1 ? [rest[0] ?? {}, rest[1]] : [{}, rest[0]]
    if (typeof body !== 'function' || typeof options !== 'object') {
      throw new SottoError('pipeline_invalid', `${what} has no body`, {
        hint: `write pipeline('${name}', ({ lr }) => train({ lr }))`,
      })
    }
    const { settings, defaults } = options as PipelineOptions<object> // checked where each is read
    const definition: PipelineDefinition = {
      name,
      file: definingFile(what),
      settings: readSettings(what, settings),
      defaults: defaults ?? {},
      body: body as PipelineDefinition['body'], // types are stripped: what the body takes is the author's word
      plan: undefined,
    }
    const plan = (): Plan => (definition.plan ??= compilePipeline(definition))
    const made: Pipeline<Record<never, never>, never> = {
      pipelineName: name,
      plan,
      async run(params?: object, started: StartOptions = {}) {
        requireOutside(what)
        const done = await start(definition, plan(), params ?? {}, started)
        return { id: done.id, result: done.result as never } // the plan's result expression has the body's shape
      },
    }
    registry().pipelines.set(made, definition)
    return made
  }
}

/** A file that starts its run whenever it is imported would start one in each of its steps. */
function requireOutside(what: string): void {
  const { loading } = registry()
  const port = stepPort()
  if (!loading && port === undefined) return
  const where = port === undefined ? 'while its file is loaded' : 'inside the process of a step'
  throw new SottoError('pipeline_invalid', `run() of ${what} was called ${where}`, {
    hint: 'guard it: if (import.meta.main) await ….run(…)',
  })
}
