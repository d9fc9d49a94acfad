/**
 * Entry `sotto/pipelines`: write steps and pipelines, and run them from code. What runs them is loaded by the first
 * `run()` only, since every step's process imports this file.
 */
import { dirname } from 'node:path'
import { makePipelineFunction } from './pipelines/authoring/pipeline.ts'
import type { PipelineFunction } from './pipelines/authoring/pipeline.ts'

export type { StepContext, TrackedContext, Tracker } from './pipelines/authoring/context.ts'
export { command } from './pipelines/authoring/command.ts'
export type { Command, CommandInput, CommandOptions } from './pipelines/authoring/command.ts'
export type { CommandSecrets } from './pipelines/definitions.ts'
export type { Handle, Input, Resolved } from './pipelines/authoring/handle.ts'
export { output } from './pipelines/authoring/output.ts'
export type { CommandOutput, FileArtifact } from './pipelines/authoring/output.ts'
export type { Params } from './pipelines/authoring/params.ts'
export type { CompletedRun, Pipeline, PipelineFunction, StartOptions } from './pipelines/authoring/pipeline.ts'
export { secret, secretFile } from './pipelines/authoring/secret.ts'
export type {
  SecretDeclaration,
  SecretDeclarations,
  SecretFileDeclaration,
  StepSecrets,
} from './pipelines/authoring/secret.ts'
export type { Settings } from './pipelines/authoring/settings.ts'
export { step } from './pipelines/authoring/step.ts'
export type { CallOptions, Step, StepInputs, StepOptions } from './pipelines/authoring/step.ts'
export type { RunEvent, RunObserver } from './pipelines/engine/observer.ts'
export type { Plan } from './pipelines/plan/plan.ts'
export { Sensitive } from '@sotto/sdk/model'

/** Defines a pipeline: `pipeline('churn', ({ lr }: Params<{ lr: number }>) => train({ rows: load(), lr }))`. */
export const pipeline: PipelineFunction = makePipelineFunction(async (definition, plan, parameters, options) => {
  const [{ connect }, { runPlan }, { trackers }, { defaultPlaces }, { takeInterrupts }, { progressLines }] =
    await Promise.all([
      import('./connect/connect.ts'),
      import('./pipelines/engine/local.ts'),
      import('./integrations/trackers.ts'),
      import('./pipelines/places.ts'),
      import('./pipelines/interrupt.ts'),
      import('./pipelines/progress-lines.ts'),
    ])
  const { env } = process
  const connection = await connect({ env })
  const { api } = connection
  const interrupt = takeInterrupts()
  try {
    const { run, result } = await runPlan({
      api,
      plan,
      folder: dirname(definition.file),
      parameters,
      stack: options.stack,
      level: options.level,
      env,
      trackers,
      places: defaultPlaces(env),
      observer: options.observer ?? progressLines((line) => process.stderr.write(line)),
      signal: options.signal === undefined ? interrupt.signal : AbortSignal.any([options.signal, interrupt.signal]),
      forceSignal: interrupt.forceSignal,
    })
    return { id: run.id, result }
  } finally {
    interrupt.release()
    await connection.close()
  }
})
