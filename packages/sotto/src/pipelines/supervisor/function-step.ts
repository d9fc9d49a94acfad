/** Runs a node that is a function: tells a step runner what to do and answers what it asks. */
import type { ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { emptyRecord } from '@sotto/sdk/model'
import { verifyArtifact } from '../artifacts/artifact.ts'
import type { StoredArtifact } from '../artifacts/stored-artifact.ts'
import { channelError } from '../../channel/protocol.ts'
import type { ChannelRequest } from '../../channel/protocol.ts'
import { nodeExpressions, RESULT, visitExpression } from '../plan/plan.ts'
import type { FunctionNode } from '../plan/plan.ts'
import { describeEnd } from './describe-end.ts'
import { readStepMessage } from './messages.ts'
import type { StartMessage, StepFailure, SupervisorMessage } from './messages.ts'
import { superviseProcess } from './process.ts'
import type { StepJob, StepOutcome } from './step-job.ts'

/** Runs the function in a process of its own. Secrets go over the process channel only. */
export async function runFunction(job: StepJob, node: FunctionNode): Promise<StepOutcome> {
  const { context, output } = job
  const artifacts = await usedArtifacts(job, node)
  const child = context.runners.take()
  const resultFile = join(job.work.path, 'result.json')
  let done = false
  let failure: StepFailure | undefined
  child.on('message', (given: unknown) => {
    const message = readStepMessage(given)
    if (message === undefined) return // of the step's own code: process.send('ready')
    if (message.kind === 'done') done = true
    else if (message.kind === 'failed') failure ??= message.failure
    else void answer(child, job, message)
  })
  send(child, { ...startMessage(job, node), artifacts, resultFile })
  context.runners.prepare()
  const end = await superviseProcess(child, {
    stop: context.stop,
    groups: context.groups,
    onOutput: (stream, chunk) => output.write(stream, chunk),
  })
  if (done) {
    const result = await readFile(resultFile)
    output.warnOfValues('its result', result)
    const stored = await job.store.put(RESULT, 'json', result)
    return { state: 'completed', exitCode: 0, outputs: { [RESULT]: stored } }
  }
  if (context.stop.cancel.aborted)
    return { state: 'cancelled', exitCode: end.exitCode, error: 'cancelled', hint: undefined }
  if (failure?.stack !== undefined) await output.note(`${failure.stack}\n`)
  const error = failure?.message ?? `its process ${describeEnd(end)} before the function returned`
  return { state: 'failed', exitCode: end.exitCode, error, hint: failure?.hint }
}

async function answer(child: ChildProcess, job: StepJob, request: ChannelRequest): Promise<void> {
  try {
    send(child, { kind: 'answer', id: request.id, ok: (await job.gate.call(request.operation, request.input)) ?? null })
  } catch (error) {
    send(child, { kind: 'answer', id: request.id, error: channelError(error) })
  }
}

/** A child that ended meanwhile is reported by its exit, not here. */
function send(child: ChildProcess, message: SupervisorMessage): void {
  if (child.connected) child.send(message, () => {})
}

/** The artifacts that the node's inputs use, by node and output, each verified. */
async function usedArtifacts({ context }: StepJob, node: FunctionNode): Promise<StartMessage['artifacts']> {
  // Without prototypes: a step may be called __proto__.
  const used = emptyRecord<Record<string, StoredArtifact>>()
  for (const expression of nodeExpressions(node)) {
    visitExpression(expression, (leaf) => {
      const artifact = 'step' in leaf ? context.outputs.get(leaf.step)?.[leaf.output] : undefined
      if ('step' in leaf && artifact !== undefined)
        (used[leaf.step] ??= emptyRecord<StoredArtifact>())[leaf.output] = artifact
    })
  }
  for (const artifact of Object.values(used).flatMap((outputs) => Object.values(outputs)))
    await verifyArtifact(artifact)
  return used
}

function startMessage(job: StepJob, node: FunctionNode): Omit<StartMessage, 'artifacts' | 'resultFile'> {
  const { context, attempt, resolved, socket, tracker } = job
  const secrets = Object.entries(node.secrets).map(
    ([alias, { name, form }], index) => [alias, { name, form, values: resolved.secrets[index]?.values ?? {} }] as const,
  )
  return {
    kind: 'start',
    file: resolve(context.folder, node.file),
    pipelineFile: resolve(context.folder, context.plan.file),
    step: { id: node.id, name: node.step },
    run: { id: context.run, pipeline: context.plan.pipeline },
    attempt: { id: attempt.id, number: attempt.number },
    inputs: node.inputs,
    parameters: context.parameters,
    secrets: Object.fromEntries(secrets),
    tracker: tracker === undefined ? null : { id: tracker.id, url: tracker.url },
    socket,
    dropVariables: context.runners.addedVariables,
  }
}
