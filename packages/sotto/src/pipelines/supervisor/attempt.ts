/**
 * One try of one step, from its record to its end. The supervisor holds what the step must not: rights, credentials
 * of components, the record. In this order:
 *
 *     startAttempt - resolveReferences (one request) - values into the redactor - tracker, gate, socket, work folder
 *     - process - gate closed - outputs stored - tracker closed - log closed - finishAttempt
 */
import { isSottoError, valueBytes } from '@sotto/sdk/model'
import type { Attempt, ComponentType, ResolvedReferences } from '@sotto/sdk/model'
import { openArtifactStore } from '../artifacts/local-store.ts'
import type { Redactor } from '../../redaction/redactor.ts'
import { StepGate } from '../../channel/gate.ts'
import { listenForStep } from '../../channel/socket-server.ts'
import { nodeRequirements } from '../plan/requirements.ts'
import type { PlanNode } from '../plan/plan.ts'
import { AttemptLog } from './attempt-log.ts'
import { AttemptOutput } from './attempt-output.ts'
import { runCommand } from './command-step.ts'
import { runFunction } from './function-step.ts'
import type { RunContext } from './run-context.ts'
import type { StepOutcome } from './step-job.ts'
import { openTracker } from './tracker-session.ts'
import type { TrackerSession } from './tracker-session.ts'
import { makeWorkFolder } from './work-folder.ts'

/** Longest error text that is recorded, in characters. */
const MAX_ERROR = 4000

/** Runs a node to its end and records it. Rejects only where the record itself cannot be written. */
export async function runAttempt(context: RunContext, node: PlanNode): Promise<StepOutcome> {
  const { api, observe, redactor } = context
  const began = performance.now()
  const { stack } = context
  const attempt = await api.startAttempt({ run: context.run, step: node.id, stack, components: usedComponents(node) })
  observe({ kind: 'step started', step: node.id, attempt: attempt.id, number: attempt.number })
  const log = new AttemptLog(api, attempt.id)
  const output = new AttemptOutput(context, node.id, attempt.id, log)
  const raw = await settle(context, async () => await work(context, node, attempt, output))
  const logged = await settle(context, async () => {
    await output.end()
    await log.close()
    return raw
  })
  const outcome = redacted(logged, (text) => redactor.redact(text))
  if (outcome.state === 'completed') context.outputs.set(node.id, outcome.outputs)
  await api.finishAttempt({
    attempt: attempt.id,
    state: outcome.state,
    ...(outcome.exitCode === undefined ? {} : { exitCode: outcome.exitCode }),
    ...(outcome.state === 'completed'
      ? {
          outputs: Object.values(outcome.outputs).map(({ name, digest, sizeBytes, codec }) => ({
            name,
            digest,
            sizeBytes,
            codec,
          })),
        }
      : { error: outcome.error }),
  })
  const failure =
    outcome.state === 'completed' ? { error: undefined, hint: undefined } : { error: outcome.error, hint: outcome.hint }
  observe({
    kind: 'step ended',
    step: node.id,
    attempt: attempt.id,
    state: outcome.state,
    durationMs: performance.now() - began,
    ...failure,
  })
  return outcome
}

/** Turns whatever is thrown into an outcome: an attempt that began is always recorded as ended. */
async function settle(context: RunContext, work: () => Promise<StepOutcome>): Promise<StepOutcome> {
  try {
    return await work()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const hint = isSottoError(error) ? error.hint : undefined
    return { state: context.stop.cancel.aborted ? 'cancelled' : 'failed', exitCode: undefined, error: message, hint }
  }
}

async function work(
  context: RunContext,
  node: PlanNode,
  attempt: Attempt,
  output: AttemptOutput,
): Promise<StepOutcome> {
  const resolved = await resolve(context, node, attempt)
  const store = openArtifactStore(
    resolved.components.find(({ type }) => type === 'artifact-store'),
    context.places.artifacts,
  )
  const folder = await makeWorkFolder(context.places.runtime)
  let tracker: TrackerSession | undefined
  let outcome: StepOutcome | undefined
  try {
    tracker = node.tracker ? await track(context, node, attempt, resolved) : undefined
    const gate = new StepGate({
      api: context.api,
      attempt: attempt.id,
      place: `step ${node.id}`,
      redactor: warningRedactor(context, node),
      extra: tracker?.operations() ?? {},
    })
    const socket = await listenForStep(gate, context.places.runtime)
    try {
      context.stop.cancel.throwIfAborted()
      const job = { context, attempt, resolved, store, tracker, gate, socket: socket.path, work: folder, output }
      outcome = node.kind === 'function' ? await runFunction(job, node) : await runCommand(job, node)
      return outcome
    } finally {
      gate.close()
      await socket.close()
    }
  } finally {
    await folder.remove()
    await closeTracker(context, tracker, outcome)
  }
}

/** A step that completed but whose tracked run could not be closed may have lost what it logged: it failed. */
async function closeTracker(
  context: RunContext,
  tracker: TrackerSession | undefined,
  outcome: StepOutcome | undefined,
): Promise<void> {
  try {
    await tracker?.finish(outcome?.state ?? (context.stop.cancel.aborted ? 'cancelled' : 'failed'))
  } catch (error) {
    // The first error is the one to show.
    if (outcome?.state === 'completed') throw error
  }
}

function usedComponents(node: PlanNode): readonly ComponentType[] {
  return node.tracker ? ['artifact-store', 'experiment-tracker'] : ['artifact-store']
}

/** One request for everything; every value is known to the redactor before anybody gets it. */
async function resolve(context: RunContext, node: PlanNode, attempt: Attempt): Promise<ResolvedReferences> {
  const { settings, secrets } = nodeRequirements(context.plan, node)
  const resolved = await context.api.resolveReferences({
    attempt: attempt.id,
    stack: context.stack,
    components: usedComponents(node),
    settings,
    secrets,
  })
  const redactor = warningRedactor(context, node)
  for (const { label, value, plain } of resolved.revealed) if (!plain) redactor.add(valueBytes(value), label)
  return resolved
}

/** The run's redactor, which warns once of each value that it cannot mask. */
function warningRedactor({ redactor, observe }: RunContext, node: PlanNode): Pick<Redactor, 'add'> {
  return {
    add(value, label = 'a value') {
      const known = redactor.unmaskedLabels.includes(label)
      const masked = redactor.add(value, label)
      const message = `${label} is shorter than 6 bytes and is not masked in output`
      if (!masked && !known) observe({ kind: 'warning', step: node.id, message })
      return masked
    },
  }
}

async function track(
  context: RunContext,
  node: PlanNode,
  attempt: Attempt,
  resolved: ResolvedReferences,
): Promise<TrackerSession | undefined> {
  const component = resolved.components.find(({ type }) => type === 'experiment-tracker')
  // The engine refused a stack without one before the run began.
  if (component === undefined) return undefined
  const session = await openTracker(
    component,
    context.trackers,
    { pipeline: context.plan.pipeline, run: context.run, step: node.id, attempt: attempt.id },
    context.redactor,
  )
  context.observe({ kind: 'tracked', step: node.id, url: context.redactor.redact(session.url) })
  return session
}

function redacted(outcome: StepOutcome, redact: (text: string) => string): StepOutcome {
  if (outcome.state === 'completed') return outcome
  // Cut after masking: half a value would not be recognised.
  return {
    ...outcome,
    error: redact(outcome.error).slice(0, MAX_ERROR),
    hint: outcome.hint === undefined ? undefined : redact(outcome.hint),
  }
}
