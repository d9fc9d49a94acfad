// Steps whose own code gets in the way of the supervisor, by mistake or on purpose.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { isSottoError, textValue } from '@sotto/sdk/model'
import { makeTestProject } from '../../../../../test/support/pipeline-project.ts'
import type { TestProject } from '../../../../../test/support/pipeline-project.ts'

let project: TestProject
before(async () => {
  project = await makeTestProject()
  project.write(
    'hostile.ts',
    `import { Client } from 'sotto'
import { command, output, pipeline, secret, secretFile, step } from 'sotto/pipelines'
const send = (message: unknown): void => { process.send?.(message as object) }
const sends = step('sends', async () => {
  for (const message of [null, 'ready', 7, [], {}, { kind: 'call' }, { kind: 'call', id: 'x', operation: 1 }, { kind: 'start' }]) send(message)
  await new Promise((resolve) => setTimeout(resolve, 200))
  return 'came through'
})
export const a = pipeline('sends', () => sends())
const fails = step('fails', async () => { send({ kind: 'failed', failure: { message: 7, stack: {} } }); await new Promise((resolve) => setTimeout(resolve, 200)); process.exit(1) })
export const b = pipeline('fails', () => fails())
const proto = step('__proto__', () => ({ x: 1 }))
const reads = step('constructor', ({ from }: { from: { x: number } }) => from.x)
export const c = pipeline('names', () => reads({ from: proto() }))
const returns = step('returns', { secrets: { crm: secret('crm', 'password') } }, (_, { secrets }) => ({ note: 'it is ' + secrets.crm.password.reveal() }))
const writes = command('writes', { run: ['sh', '-c', 'printf \\'"%s"\\' "$P" > $SOTTO_OUTPUTS/p.json'], secrets: { P: secret('crm', 'password') }, outputs: { p: output.json() } })
const asks = step('asks', async () => { for (let i = 0; i < 2; i += 1) await new Client().getSecret('short') })
export const e = pipeline('asks', () => asks())
export const d = pipeline('returns', () => [returns(), writes().p])
`,
  )
})
after(async () => {
  await project.close()
})

function run(name: string): ReturnType<TestProject['run']> {
  return project.run(`${project.folder}/hostile.ts`, name)
}

test('messages of the code of a step are none of ours, whatever they are', async () => {
  const { finished, error } = await run('sends')
  assert.equal(error, undefined)
  assert.equal(finished?.result, 'came through')
})

test('a failure without a text fails the step and leaves its record closed', async () => {
  const { error, detail } = await run('fails')
  assert.ok(isSottoError(error, 'step_failed'))
  assert.match(error.message, /it failed without saying why/)
  assert.equal(detail?.attempts[0]?.state, 'failed')
})

test('steps that are called like members of every object are steps like any other', async () => {
  const { finished, error } = await run('names')
  assert.equal(error, undefined)
  assert.equal(finished?.result, 1)
  assert.equal(Object.hasOwn(Object.prototype, 'result'), false)
})

test('a value that is returned is kept as it was returned, with a warning that says so', async () => {
  const { error, events } = await run('returns')
  assert.equal(error, undefined)
  assert.deepEqual(
    events.flatMap((event) => (event.kind === 'warning' ? [`${event.step ?? ''}: ${event.message}`] : [])).toSorted(),
    [
      'returns: its result holds a secret value, which now lies in the artifact store in clear',
      'writes: its output "p" holds a secret value, which now lies in the artifact store in clear',
    ],
  )
})

test('a value that a step asks for and that is too short to be masked is told once', async () => {
  await project.api.createSecret({ name: 'short', values: { pin: textValue('1234') } })
  const { error, events } = await run('asks')
  assert.equal(error, undefined)
  assert.deepEqual(
    events.flatMap((event) => (event.kind === 'warning' ? [event.message] : [])),
    ['short.pin is shorter than 6 bytes and is not masked in output'],
  )
})
