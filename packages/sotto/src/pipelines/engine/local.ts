/**
 * The local engine: a process per step on this machine, as many at a time as it has cores, in the order of the graph.
 * It stops at the first failure. Everything it does is recorded through the Api it is given.
 */
import { availableParallelism } from 'node:os'
import { SottoError } from '@sotto/sdk/model'
import type { Api, Json, JsonObject, Run, Stack, ValidationLevel } from '@sotto/sdk/model'
import { redactJson } from '../redact-json.ts'
import { Redactor } from '../../redaction/redactor.ts'
import { readArtifact } from '../artifacts/artifact.ts'
import type { Places } from '../places.ts'
import { evaluate } from '../plan/evaluate.ts'
import { completeParameters } from '../plan/parameters.ts'
import { nodeNeeds, planToJson } from '../plan/plan.ts'
import type { Plan } from '../plan/plan.ts'
import { planRequirements } from '../plan/requirements.ts'
import { requireValidPlan } from '../plan/validate.ts'
import { runAttempt } from '../supervisor/attempt.ts'
import { removeStaleWorkFolders } from '../supervisor/work-folder.ts'
import { signalGroup } from '../supervisor/signal-group.ts'
import type { RunContext } from '../supervisor/run-context.ts'
import { StepRunners } from '../supervisor/step-runners.ts'
import type { TrackerProvider } from '../tracker.ts'
import { validationLevel } from './level.ts'
import type { EndState, RunObserver } from './observer.ts'
import { preflight } from './preflight.ts'
import { runInOrder } from './schedule.ts'
import { makeStop } from './make-stop.ts'

export interface RunPlanOptions {
  readonly api: Api
  readonly plan: Plan
  /** The folder of the pipeline's file; steps run in it. */
  readonly folder: string
  /** As given: completed with the plan's defaults and checked. */
  readonly parameters: unknown
  /** Name or id; the active stack when absent. */
  readonly stack?: string | undefined
  /** By the environment when absent. */
  readonly level?: ValidationLevel | undefined
  readonly env: NodeJS.ProcessEnv
  readonly trackers: readonly TrackerProvider[]
  readonly places: Places
  readonly observer?: RunObserver | undefined
  /** Cancels the run; `forceSignal` kills at once what still runs. */
  readonly signal?: AbortSignal | undefined
  readonly forceSignal?: AbortSignal | undefined
  /** Between SIGTERM and SIGKILL; 5 s when absent. */
  readonly graceMs?: number | undefined
  /** Steps at a time; the number of cores when absent. */
  readonly parallel?: number | undefined
}

export interface FinishedRun {
  readonly run: Run
  readonly result: Json
  /** The result with the values of secrets masked: for whoever prints it. */
  readonly maskedResult: Json
}

/**
 * Runs a plan to its end. Codes: `input_invalid` for parameters, `level_unknown`, `check_failed` before the first
 * step; `step_failed` and `interrupted` for a run that is recorded as failed or cancelled.
 */
export async function runPlan(options: RunPlanOptions): Promise<FinishedRun> {
  const { api, plan, env } = options
  const observe: RunObserver = options.observer ?? (() => {})
  requireValidPlan(plan)
  const parameters = completeParameters(plan, options.parameters)
  const level = validationLevel(options.level, env)
  const stack = await api.describeStack(options.stack === undefined ? {} : { stack: options.stack })
  await preflight({ api, plan, stack, level, observe })
  if (options.signal?.aborted === true)
    throw new SottoError('interrupted', 'the run was cancelled before its first step')
  const began = performance.now()
  const run = await api.createRun({
    pipeline: plan.pipeline,
    stack: stack.name,
    parameters,
    plan: planToJson(plan),
    level,
    requirements: planRequirements(plan),
  })
  observe({ kind: 'run started', run, plan })
  const end = await runToEnd(options, { run: run.id, parameters, stack, observe })
  const finished = await api.finishRun({
    run: run.id,
    state: end.state,
    ...(end.error === undefined ? {} : { error: end.error.message }),
  })
  observe({
    kind: 'run ended',
    run: finished,
    state: end.state,
    durationMs: performance.now() - began,
    error: end.error?.message,
  })
  if (end.error !== undefined) throw end.error
  return { run: finished, result: end.result, maskedResult: end.maskedResult }
}

interface Recorded {
  readonly run: string
  readonly parameters: JsonObject
  readonly stack: Stack
  readonly observe: RunObserver
}

/** Runs the nodes of a run that is recorded. Rejects only where the record cannot be written, and then closes the run. */
async function runToEnd(options: RunPlanOptions, recorded: Recorded): Promise<RunEnding> {
  const { api, plan, folder, env, trackers, places } = options
  const { run, parameters, stack, observe } = recorded
  const { stop, cancel, release } = makeStop(options)
  const groups = new Set<number>()
  const killAll = (): void => {
    for (const pid of groups) signalGroup(pid, 'SIGKILL')
  }
  process.once('exit', killAll)
  const count = plan.nodes.filter(({ kind }) => kind === 'function').length
  const runners = new StepRunners({ folder, env, cacheFolder: places.cache, groups, count })
  const context: RunContext = {
    api,
    run,
    plan,
    folder,
    parameters,
    observe,
    env,
    trackers,
    places,
    stop,
    groups,
    runners,
    stack: stack.id,
    stackSettings: stack.settings,
    redactor: new Redactor(),
    outputs: new Map(),
  }
  try {
    runners.prepare()
    await removeStaleWorkFolders(places.runtime)
    return await runNodes(context, options, cancel)
  } catch (error) {
    // The record could not be written, or we are wrong: the run must not stay open.
    await api.finishRun({ run, state: 'failed', error: 'the run could not be recorded to its end' }).catch(() => {})
    throw error
  } finally {
    runners.close()
    release()
    process.off('exit', killAll)
  }
}

interface RunEnding {
  readonly state: EndState
  readonly error: SottoError | undefined
  readonly result: Json
  readonly maskedResult: Json
}

async function runNodes(context: RunContext, options: RunPlanOptions, cancel: () => void): Promise<RunEnding> {
  const { plan, stop, observe } = context
  const nodes = new Map(plan.nodes.map((node) => [node.id, node]))
  let failure: SottoError | undefined
  const skipped = await runInOrder(
    plan.nodes.map((node) => ({ id: node.id, needs: nodeNeeds(node) })),
    options.parallel ?? availableParallelism(),
    async (id) => {
      const node = nodes.get(id)
      if (node === undefined || stop.cancel.aborted) return false
      const outcome = await runAttempt(context, node)
      if (outcome.state === 'completed') return true
      if (outcome.state === 'failed')
        failure ??= new SottoError('step_failed', `step "${id}" failed: ${outcome.error}`, {
          hint: outcome.hint ?? `sotto run logs ${context.run}`,
          details: { run: context.run, step: id },
        })
      cancel()
      return false
    },
  )
  if (skipped.length > 0) observe({ kind: 'steps skipped', steps: skipped })
  if (failure !== undefined) return { state: 'failed', error: failure, result: null, maskedResult: null }
  // A cancel that came when everything was done changes nothing.
  if (context.outputs.size < nodes.size)
    return {
      state: 'cancelled',
      error: new SottoError('interrupted', 'the run was cancelled', { details: { run: context.run } }),
      result: null,
      maskedResult: null,
    }
  return await readResult(context)
}

async function readResult({ plan, parameters, outputs, redactor }: RunContext): Promise<RunEnding> {
  const result = await evaluate(plan.result, parameters, async (step, output) => {
    const artifact = outputs.get(step)?.[output]
    return artifact === undefined ? null : await readArtifact(artifact)
  })
  return { state: 'completed', error: undefined, result, maskedResult: redactJson(redactor, result) }
}
