/** Runs a node that is a command: a program with its parameters, inputs and secrets in files and variables. */
import { spawn } from 'node:child_process'
import { copyFile, lstat, readFile } from 'node:fs/promises'
import { constants } from 'node:fs'
import { extname, join } from 'node:path'
import { SottoError, valueBytes } from '@sotto/sdk/model'
import type { Json } from '@sotto/sdk/model'
import { SOCKET_VARIABLE } from '../../channel/protocol.ts'
import { readArtifact, verifyArtifact } from '../artifacts/artifact.ts'
import type { StoredArtifact } from '../artifacts/stored-artifact.ts'
import { evaluate, evaluateMembers } from '../plan/evaluate.ts'
import type { CommandNode, Expression, PlannedOutput } from '../plan/plan.ts'
import { describeEnd } from './describe-end.ts'
import { environmentWithoutSotto } from './environment.ts'
import { superviseProcess } from './process.ts'
import { spawnError } from './spawn-error.ts'
import type { StepJob, StepOutcome } from './step-job.ts'

/** Runs the program without a shell, in the folder of the pipeline's file. */
export async function runCommand(job: StepJob, node: CommandNode): Promise<StepOutcome> {
  const { context, output, work } = job
  const [program = '', ...args] = node.run
  const outputs = await work.folder('outputs')
  const env = {
    ...environmentWithoutSotto(context.env),
    ...job.tracker?.environment(),
    ...(await secretVariables(job, node)),
    SOTTO_PARAMS: await work.write(
      'params.json',
      JSON.stringify(await evaluateMembers(node.params, context.parameters, (step, name) => read(job, step, name))),
    ),
    SOTTO_INPUTS: await writeInputs(job, node),
    SOTTO_OUTPUTS: outputs,
    [SOCKET_VARIABLE]: job.socket,
  }
  const child = spawn(program, args, { cwd: context.folder, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const end = await superviseProcess(child, {
    stop: context.stop,
    groups: context.groups,
    onOutput: (stream, chunk) => output.write(stream, chunk),
  }).catch((error: unknown) => {
    throw spawnError(error, program)
  })
  if (end.exitCode === 0) return { state: 'completed', exitCode: 0, outputs: await storeOutputs(job, node, outputs) }
  if (context.stop.cancel.aborted)
    return { state: 'cancelled', exitCode: end.exitCode, error: 'cancelled', hint: undefined }
  return { state: 'failed', exitCode: end.exitCode, error: `${program} ${describeEnd(end)}`, hint: undefined }
}

async function secretVariables(job: StepJob, node: CommandNode): Promise<NodeJS.ProcessEnv> {
  const variables: NodeJS.ProcessEnv = {}
  for (const [index, [variable, { name, key, form }]] of Object.entries(node.secrets).entries()) {
    const value = job.resolved.secrets[index]?.values[key]
    if (value === undefined) throw new SottoError('internal', `secret "${name}" came without key "${key}"`)
    if (form === 'file') variables[variable] = await job.work.write(`secret-${String(index)}`, valueBytes(value))
    // Looked at here, because Node's own error would quote the value.
    else if (value.encoding === 'base64' || value.data.includes('\0')) {
      throw new SottoError('value_invalid', `the value of ${name}.${key} cannot be a variable of an environment`, {
        hint: `hand it over as a file: ${variable}: secretFile('${name}', '${key}')`,
      })
    } else variables[variable] = value.data
  }
  return variables
}

/** A file of an earlier node is copied, since a program may write into what it reads; anything else is JSON. */
async function writeInputs(job: StepJob, node: CommandNode): Promise<string> {
  const folder = await job.work.folder('inputs')
  for (const [name, expression] of Object.entries(node.inputs)) {
    const artifact = findArtifact(job, expression)
    if (artifact?.codec === 'file') {
      await verifyArtifact(artifact)
      await copyFile(
        artifact.path,
        join(folder, `${name}${extname(fileNameOf(job, expression))}`),
        constants.COPYFILE_EXCL,
      )
    } else {
      const value = await evaluate(expression, job.context.parameters, (step, output) => read(job, step, output))
      await job.work.write(join('inputs', `${name}.json`), JSON.stringify(value))
    }
  }
  return folder
}

function findArtifact(job: StepJob, expression: Expression): StoredArtifact | undefined {
  return 'step' in expression ? job.context.outputs.get(expression.step)?.[expression.output] : undefined
}

function fileNameOf(job: StepJob, expression: Expression): string {
  if (!('step' in expression)) return ''
  const node = job.context.plan.nodes.find(({ id }) => id === expression.step)
  return node?.kind === 'command' ? (node.outputs[expression.output]?.fileName ?? '') : ''
}

async function read(job: StepJob, step: string, output: string): Promise<Json> {
  const artifact = job.context.outputs.get(step)?.[output]
  // A command without outputs leaves nothing but its end.
  return artifact === undefined ? null : await readArtifact(artifact)
}

async function storeOutputs(
  job: StepJob,
  node: CommandNode,
  folder: string,
): Promise<{ readonly [output: string]: StoredArtifact }> {
  const stored = Object.entries(node.outputs).map(
    async ([name, output]) => [name, await storeOutput(job, name, output, join(folder, output.fileName))] as const,
  )
  return Object.fromEntries(await Promise.all(stored))
}

async function storeOutput(
  job: StepJob,
  name: string,
  { codec, fileName }: PlannedOutput,
  path: string,
): Promise<StoredArtifact> {
  const found = await lstat(path).catch(() => undefined)
  if (found === undefined)
    throw new SottoError('step_failed', `it ended without writing output "${name}"`, {
      hint: `write it to $SOTTO_OUTPUTS/${fileName}`,
    })
  if (!found.isFile())
    throw new SottoError('step_failed', `its output "${name}" is not a file`, { hint: 'pack a folder into an archive' })
  if (codec === 'file') return await job.store.putFile(name, codec, path)
  const bytes = await readFile(path)
  try {
    JSON.parse(bytes.toString())
  } catch {
    throw new SottoError('step_failed', `its output "${name}" (${fileName}) is not JSON`, {
      hint: `declare another kind of output: output.file('${fileName}')`,
    })
  }
  job.output.warnOfValues(`its output "${name}"`, bytes)
  return await job.store.put(name, codec, bytes)
}
