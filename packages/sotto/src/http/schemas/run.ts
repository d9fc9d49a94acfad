/** Shapes of the inputs about runs. */
import { runStates } from '@sotto/sdk/model'
import type { ArtifactRecord, CheckInput, RunState } from '@sotto/sdk/model'
import { componentType } from './component.ts'
import { level, needs } from './reference.ts'
import { jsonObject, listOf, number, object, oneOf, optional, text } from './shape.ts'
import type { Shape, Shapes } from './shape.ts'

const ended: Shape<Exclude<RunState, 'running'>> = oneOf(['completed', 'failed', 'cancelled'])
const artifact: Shape<ArtifactRecord> = object<ArtifactRecord>({
  name: text,
  digest: text,
  sizeBytes: number,
  codec: oneOf(['json', 'text', 'bytes', 'file']),
})

export const runShapes: Pick<
  Shapes,
  | 'createRun'
  | 'startAttempt'
  | 'finishAttempt'
  | 'finishRun'
  | 'appendRunLog'
  | 'describeRun'
  | 'listRuns'
  | 'listRunSecrets'
  | 'readRunLog'
> = {
  createRun: object({
    pipeline: text,
    stack: text,
    parameters: jsonObject,
    plan: jsonObject,
    level,
    requirements: object<Pick<CheckInput, 'settings' | 'secrets'>>(needs),
  }),
  startAttempt: object({
    run: text,
    step: text,
    stack: optional(text),
    components: optional(listOf(componentType)),
  }),
  finishAttempt: object({
    attempt: text,
    state: ended,
    error: optional(text),
    exitCode: optional(number),
    outputs: optional(listOf(artifact)),
  }),
  finishRun: object({ run: text, state: ended, error: optional(text) }),
  appendRunLog: object({ attempt: text, dataBase64: text }),
  describeRun: object({ run: text }),
  listRuns: object({
    pipeline: optional(text),
    stack: optional(text),
    state: optional(oneOf(runStates)),
    cursor: optional(text),
    limit: optional(number),
  }),
  listRunSecrets: object({ run: text }),
  readRunLog: object({ run: text, step: optional(text), offsetBytes: optional(number) }),
}
