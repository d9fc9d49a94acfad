// Type tests: tsc checks this file, and each @ts-expect-error must have an error below it. The same mistakes are
// errors at plan time, since types are stripped: those are run here.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSottoError } from '@sotto/sdk/model'
import type { Sensitive } from '@sotto/sdk/model'
import { command } from './command.ts'
import type { Handle } from './handle.ts'
import { output } from './output.ts'
import type { FileArtifact } from './output.ts'
import type { Params } from './params.ts'
import { makePipelineFunction } from './pipeline.ts'
import { secret, secretFile } from './secret.ts'
import { step } from './step.ts'

const pipeline = makePipelineFunction(async () => ({ id: '', result: null }))
interface Row {
  readonly id: number
}

const load = step(
  'load',
  { secrets: { crm: secret('crm', 'username', 'password') } },
  async ({ limit }: { limit: number }, { secrets }) => {
    const password: Sensitive = secrets.crm.password
    // @ts-expect-error a key that is not declared
    void secrets.crm.token
    // @ts-expect-error a secret that is not declared
    void secrets.erp
    return Array.from({ length: limit }, (_, id): Row => ({ id: id + password.toString().length }))
  },
)
const train = step('train', { tracker: true }, async ({ rows, lr }: { rows: Row[]; lr: number }, { tracker }) => {
  await tracker.logMetric('lr', lr)
  return { accuracy: rows.length }
})
const plain = step('plain', async (_: { note?: string }, context) => {
  // @ts-expect-error no tracker without tracker: true
  void context.tracker
  context.log(context.attempt.id)
})
const bytes = step(
  'bytes',
  { secrets: { key: secret.bytes('tls', 'key') } },
  (_, { secrets }) => secrets.key.key.reveal().length satisfies number,
)
const report = command('report', {
  run: ['python', 'report.py'],
  params: ['lr'],
  inputs: ['rows'],
  outputs: { summary: output.json<{ ok: boolean }>(), model: output.file('model.pkl') },
  secrets: { PASSWORD: secret('crm', 'password'), KEY_FILE: secretFile('tls', 'key') },
})
const needsFile = step('needs-file', ({ model }: { model: FileArtifact }) => model.path)

test('the example of the design compiles, and its types follow the data', () => {
  const churn = pipeline('churn', ({ lr }: Params<{ lr: number }>) => {
    const rows: Handle<Row[]> = load({ limit: 10 })
    const trained: Handle<{ accuracy: number }> = train({ rows, lr })
    const made = report({ lr, rows })
    const path: Handle<string> = needsFile({ model: made.model })
    plain()
    plain({ note: 'x' }, { after: [trained] })
    const size: Handle<number> = bytes()
    return { trained, summary: made.summary, path, size }
  })
  assert.deepEqual(
    churn.plan().nodes.map(({ id }) => id),
    ['load', 'train', 'report', 'needs-file', 'plain', 'plain-2', 'bytes'],
  )
  const typed = async (): Promise<void> => {
    const { result } = await churn.run({ lr: 0.1 }, { stack: 'prod' })
    const [accuracy, ok]: [number, boolean] = [result.trained.accuracy, result.summary.ok]
    void [accuracy, ok]
    // @ts-expect-error a missing parameter
    await churn.run({})
    // @ts-expect-error a parameter of another type
    await churn.run({ lr: 'high' })
  }
  void typed
})

test('a default makes a parameter optional', () => {
  const tuned = pipeline(
    'tuned',
    { defaults: { lr: 0.1 } },
    ({ lr, epochs }: Params<{ lr: number; epochs: number }>) => [
      train({ rows: [], lr }),
      plain({}, { after: [] }),
      load({ limit: epochs }),
    ],
  )
  const typed = async (): Promise<void> => {
    await tuned.run({ epochs: 3 })
    // @ts-expect-error the other parameter has no default
    await tuned.run({ lr: 1 })
  }
  void typed
  assert.deepEqual(tuned.plan().params, [{ name: 'lr', default: 0.1 }, { name: 'epochs' }])
})

/** Draws up a plan of a body that is wrong, and expects an error whose message matches. */
function refuses(pattern: RegExp, body: (params: Params<{ lr: number }>) => unknown): void {
  assert.throws(
    () => pipeline('wrong', body).plan(),
    (error) => isSottoError(error, 'pipeline_invalid') && pattern.test(error.message),
  )
}

test('wrong edges and touched handles are errors of types and of plans', () => {
  // @ts-expect-error an edge of another type
  const wrongEdge = ({ lr }: Params<{ lr: number }>): unknown => train({ rows: lr, lr })
  void wrongEdge
  // @ts-expect-error an input that does not exist
  const wrongName = (): unknown => load({ limits: 3 })
  void wrongName
  // @ts-expect-error arithmetic on a handle
  refuses(/its value cannot be read/, ({ lr }) => lr * 2)
  // @ts-expect-error a member of data that is not there
  refuses(/its member "length" cannot be read/, () => load({ limit: 1 }).length)
  // @ts-expect-error a step in place of its result
  refuses(/is step "load" itself/, ({ lr }) => train({ rows: load, lr }))
  // @ts-expect-error an output that the command does not declare
  refuses(/has no output "sumary"/, ({ lr }) => report({ lr, rows: [] }).sumary)
  // @ts-expect-error an input that the command does not declare
  refuses(/declares no parameter or input "row"/, ({ lr }) => report({ lr, row: [] }))
  refuses(/its JSON cannot be read/, ({ lr }) => plain({ note: JSON.stringify(lr) }))
  refuses(/its value cannot be read/, ({ lr }) => plain({ note: `rate ${lr as unknown as string}` }))
  refuses(/is async/, async () => load({ limit: 1 }))
  refuses(/cannot be spread/, ({ lr }) => ({ ...lr, more: load({ limit: 1 }) }))
  refuses(/its items cannot be read/, () => {
    // @ts-expect-error a handle is not a list
    for (const row of load({ limit: 1 })) plain({ note: String(row) })
  })
  refuses(/walks or spreads its parameters/, ({ ...rest }) => [rest, load({ limit: 1 })])
  refuses(/has no steps/, () => ({}))
  // @ts-expect-error undefined in place of data
  refuses(/input "limit" of step "load"|input "limit" is undefined/, () => load({ limit: undefined }))
})

test('declarations that types would refuse are refused when they run', () => {
  assert.throws(
    () => secret('not a name', 'key'),
    (error) => isSottoError(error, 'name_invalid'),
  )
  assert.throws(
    () => secret('crm', 'not a key'),
    (error) => isSottoError(error, 'key_invalid'),
  )
  assert.throws(
    () => secret('crm@latest', 'key'),
    (error) => isSottoError(error, 'name_invalid'),
  )
  assert.equal(secret('crm@3', 'key').version, 3)
  assert.throws(() => step('load', () => 1), /two steps named "load"/)
  // @ts-expect-error a variable takes a declaration
  assert.throws(() => command('c1', { run: ['true'], secrets: { A: 'crm.password' } }), /is not a declaration/)
  assert.throws(() => command('c2', { run: ['true'], secrets: { A: secret('crm', 'a', 'b') } }), /exactly one key/)
  assert.throws(
    () => command('c3', { run: ['true'], secrets: { SOTTO_X: secret('crm', 'a') } }),
    /cannot be a variable/,
  )
  // @ts-expect-error a command line in one text
  assert.throws(() => command('c4', { run: 'python train.py' }), /is not a list/)
  assert.throws(() => load({ limit: 1 }), /outside the body of a pipeline/)
})
