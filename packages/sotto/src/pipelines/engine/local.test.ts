// Runs against the real embedded store, each step in a real process.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { isSottoError } from '@sotto/sdk/model'
import type { SottoError } from '@sotto/sdk/model'
import { makeTestProject, PASSWORD } from '../../../../../test/support/pipeline-project.ts'
import type { TestProject } from '../../../../../test/support/pipeline-project.ts'

let project: TestProject
before(async () => {
  project = await makeTestProject()
})
after(async () => {
  await project.close()
})

const imports =
  "import { command, output, pipeline, secret, secretFile, step } from 'sotto/pipelines'\nimport type { Params } from 'sotto/pipelines'\n"

function failure(error: unknown): SottoError {
  assert.ok(isSottoError(error), String(error))
  return error
}

test('data, parameters and secrets reach steps and commands; the record says who read what', async () => {
  const file = project.write(
    'churn.ts',
    `${imports}
const load = step('load', { secrets: { crm: secret('crm', 'username', 'password') } }, async ({ limit }: { limit: number }, { secrets, log }) => {
  log('signing in with ' + secrets.crm.password.reveal())
  console.error(secrets.crm.password, secrets.crm.username.reveal())
  return Array.from({ length: limit }, (_, id) => ({ id }))
})
const train = step('train', ({ rows, lr }: { rows: { id: number }[]; lr: number }) => ({ accuracy: rows.length * lr }))
const report = command('report', {
  run: ['sh', '-c', 'cat $SOTTO_PARAMS $SOTTO_INPUTS/trained.json; echo; test "$PASSWORD" = "$(cat $PASSWORD_FILE)" && echo same; stat -c %a $PASSWORD_FILE; echo $PASSWORD; echo "[1]" > $SOTTO_OUTPUTS/summary.json; printf model > $SOTTO_OUTPUTS/model.bin'],
  params: ['lr'], inputs: ['trained'],
  outputs: { summary: output.json<number[]>(), model: output.file('model.bin') },
  secrets: { PASSWORD: secret('crm', 'password'), PASSWORD_FILE: secretFile('crm', 'password') },
})
const size = step('size', ({ model }: { model: { path: string; sizeBytes: number } }) => model.sizeBytes)
export const churn = pipeline('churn', ({ lr }: Params<{ lr: number }>) => {
  const trained = train({ rows: load({ limit: 10 }), lr })
  const made = report({ lr, trained })
  return { trained, summary: made.summary, size: size({ model: made.model }) }
})
`,
  )
  const { finished, error, detail, log, reads, events } = await project.run(file, undefined, {
    parameters: { lr: 0.5 },
  })
  assert.equal(error, undefined)
  assert.deepEqual(finished?.result, { trained: { accuracy: 5 }, summary: [1], size: 5 })
  assert.equal(detail?.state, 'completed')
  assert.deepEqual(
    detail.attempts.map(({ step, state }) => [step, state]),
    [
      ['load', 'completed'],
      ['train', 'completed'],
      ['report', 'completed'],
      ['size', 'completed'],
    ],
  )
  assert.ok(!log.includes(PASSWORD))
  assert.match(log, /signing in with \*\*\*/)
  assert.match(log, /\*\*\* admin/)
  assert.match(log, /\{"lr":0.5\}\{"accuracy":5\}\nsame\n600\n\*\*\*\n/)
  assert.deepEqual(
    reads
      .map(({ step, secret, keys, declared }) => [step, secret, keys.toSorted(), declared] as const)
      .toSorted(([a], [b]) => a.localeCompare(b)),
    [
      ['load', 'crm', ['password', 'username'], true],
      ['report', 'crm', ['password'], true],
    ],
  )
  const shown = events
    .filter((event) => event.kind === 'output')
    .map(({ data }) => Buffer.from(data).toString())
    .join('')
  assert.ok(!shown.includes(PASSWORD))
  const artifacts = join(project.env['SOTTO_HOME'] ?? '', 'artifacts', 'sha256')
  for (const each of readdirSync(artifacts, { recursive: true, encoding: 'utf8' })) {
    const found = statSync(join(artifacts, each))
    assert.equal(found.mode & 0o777, found.isFile() ? 0o600 : 0o700)
  }
})

test('nothing of Sotto and no secret is in the environment or arguments of a step', async () => {
  const file = project.write(
    'environment.ts',
    `${imports}
import { readFileSync } from 'node:fs'
const look = step('look', { secrets: { crm: secret('crm', 'password') } }, () => ({
  names: Object.keys(process.env).filter((name) => /^(SOTTO_|NODE_COMPILE_CACHE|NODE_CHANNEL)/.test(name)),
  leak: readFileSync('/proc/self/environ', 'latin1').includes('${PASSWORD.slice(3)}') || readFileSync('/proc/self/cmdline', 'latin1').includes('${PASSWORD.slice(3)}'),
}))
const after = command('after', { run: ['sh', '-c', 'env > $SOTTO_OUTPUTS/env.txt'], inputs: ['x'], outputs: { env: output.file('env.txt') } })
const text = step('text', async ({ env }: { env: { path: string } }) => readFileSync(env.path, 'utf8'))
export const p = pipeline('environment', () => { const x = look(); return { x, env: text({ env: after({ x }).env }) } })
`,
  )
  const { finished, error } = await project.run(file)
  assert.equal(error, undefined)
  const result = finished?.result as { x: { names: string[]; leak: boolean }; env: string } // what the pipeline returns
  assert.deepEqual(result.x, { names: ['SOTTO_STEP_SOCKET'], leak: false })
  const names = result.env
    .split('\n')
    .map((line) => line.split('=')[0] ?? '')
    .filter((name) => name.startsWith('SOTTO_'))
    .toSorted()
  assert.deepEqual(names, ['SOTTO_INPUTS', 'SOTTO_OUTPUTS', 'SOTTO_PARAMS', 'SOTTO_STEP_SOCKET'])
  assert.ok(!result.env.includes(PASSWORD) && !result.env.includes('token-of-the-test'))
})

test('a step that goes wrong fails its run with the reason, and no value is in it', async () => {
  const file = project.write(
    'wrong.ts',
    `${imports}
import { spawn } from 'node:child_process'
const secrets = { crm: secret('crm', 'password') }
const only = (name: string, made: () => unknown): unknown => pipeline(name, made)
const throws = step('throws', { secrets }, (_, { secrets }) => { throw new Error('refused: ' + secrets.crm.password.reveal()) })
export const a = only('throws', () => throws())
const half = step('half', { secrets }, (_, { secrets }) => { process.stdout.write('half ' + secrets.crm.password.reveal().slice(0, 15)); process.kill(process.pid, 'SIGKILL') })
export const b = only('half', () => half())
const leaves = step('leaves', () => { process.exit(0) })
export const c = only('leaves', () => leaves())
const unhandled = step('unhandled', async () => { void Promise.reject(new TypeError('nobody cares')); await new Promise((resolve) => setTimeout(resolve, 5000)) })
export const d = only('unhandled', () => unhandled())
const starts = step('starts', async () => { await (a as { run(): Promise<unknown> }).run() })
export const e = only('starts', () => starts())
const result = step('result', () => ({ f: [() => 1] }))
export const f = only('result', () => result())
const sensitive = step('sensitive', { secrets }, (_, { secrets }) => secrets.crm.password)
export const g = only('sensitive', () => sensitive())
const undeclared = step('undeclared', { secrets }, (_, { secrets }) => (secrets.crm as Record<string, unknown>).username)
export const h = only('undeclared', () => undeclared())
const tracker = step('tracker', (_, context) => (context as { tracker?: { id: string } }).tracker?.id)
export const i = only('tracker', () => tracker())
const absent = command('absent', { run: ['no-such-program'] })
export const j = only('absent', () => absent())
const code = command('code', { run: ['sh', '-c', 'exit 3'] })
export const k = only('code', () => code())
const forgets = command('forgets', { run: ['true'], outputs: { model: output.file() } })
export const l = only('forgets', () => forgets().model)
const noJson = command('no-json', { run: ['sh', '-c', 'echo nope > $SOTTO_OUTPUTS/x.json'], outputs: { x: output.json() } })
export const m = only('no-json', () => noJson().x)
const sees = command('sees', { run: ['sh', '-c', 'echo $P >&2; exit 1'], secrets: { P: secret('crm', 'password') } })
export const n = only('sees', () => sees())
`,
  )
  const cases: readonly (readonly [string, RegExp])[] = [
    ['throws', /refused: \*\*\*/],
    ['half', /SIGKILL/],
    ['leaves', /exited with code 0 before the function returned/],
    ['unhandled', /TypeError: nobody cares/],
    ['starts', /inside the process of a step/],
    ['result', /at f\[0\] is a function/],
    ['sensitive', /holds a secret value/],
    ['undeclared', /does not declare key "username"/],
    ['tracker', /does not declare the experiment tracker/],
    ['absent', /"no-such-program" was not found/],
    ['code', /exited with code 3/],
    ['forgets', /without writing output "model"/],
    ['no-json', /is not JSON/],
    ['sees', /exited with code 1/],
  ]
  for (const [name, message] of cases) {
    const { error, detail, log } = await project.run(file, name)
    assert.equal(failure(error).code, 'step_failed', name)
    assert.match(failure(error).message, message)
    assert.equal(detail?.state, 'failed')
    assert.match(detail.attempts[0]?.error ?? '', message)
    assert.ok(!JSON.stringify([detail, log, failure(error).message]).includes(PASSWORD.slice(0, 12)), name)
  }
})

test('a step without a result leaves null, and one that prints 100 MB loses nothing', async () => {
  const file = project.write(
    'much.ts',
    `${imports}
const much = step('much', () => { const block = Buffer.alloc(65536, 'abcdefghijklmno\\n'); for (let i = 0; i < 1600; i += 1) process.stdout.write(block) })
export const p = pipeline('much', () => much())
`,
  )
  let bytes = 0
  const { finished, error } = await project.run(file, undefined, {
    observer: (event) => {
      if (event.kind === 'output') bytes += event.data.length
    },
  })
  assert.equal(error, undefined)
  assert.equal(finished?.result, null)
  assert.equal(bytes, 1600 * 65536)
})

test('a process that a step leaves behind does not hold the run', async () => {
  const file = project.write(
    'leaves.ts',
    `${imports}
import { spawn } from 'node:child_process'
const forks = step('forks', () => { spawn('sh', ['-c', 'trap "" TERM; sleep 20'], { stdio: 'inherit' }).unref(); return spawn('sh', ['-c', 'sleep 20'], { stdio: 'inherit', detached: true }).pid })
export const p = pipeline('forks', () => forks())
`,
  )
  const began = performance.now()
  const { finished, error } = await project.run(file)
  assert.equal(error, undefined)
  assert.ok(performance.now() - began < 5000)
  // It made a group of its own, so it is its own master; the test tidies up.
  process.kill(Number(finished?.result), 'SIGKILL')
})

test('a failure cancels what runs and skips what waits', async () => {
  const file = project.write(
    'fast.ts',
    `${imports}
const slow = step('slow', async () => { await new Promise((resolve) => setTimeout(resolve, 20000)) })
const fails = step('fails', async () => { await new Promise((resolve) => setTimeout(resolve, 200)); throw new Error('now') })
const later = step('later', ({ x }: { x: unknown }) => x)
export const p = pipeline('fast', () => [slow(), later({ x: fails() })])
`,
  )
  const began = performance.now()
  const { error, detail, events } = await project.run(file, undefined, { parallel: 2 })
  assert.match(failure(error).message, /step "fails" failed: now/)
  assert.ok(performance.now() - began < 10_000)
  assert.deepEqual(detail?.attempts.map(({ step, state }) => [step, state]).toSorted(), [
    ['fails', 'failed'],
    ['slow', 'cancelled'],
  ])
  assert.deepEqual(events.find((event) => event.kind === 'steps skipped')?.steps, ['later'])
})

test('a cancelled run asks, then kills, and is recorded as cancelled', async () => {
  const file = project.write(
    'cancel.ts',
    `${imports}
import { writeFileSync } from 'node:fs'
const polite = step('polite', async (_: { file?: string }, { signal }) => { await new Promise((resolve) => { signal.addEventListener('abort', resolve); setTimeout(resolve, 20000).unref() }); writeFileSync('polite.txt', 'tidied') })
export const a = pipeline('polite', () => polite())
const deaf = command('deaf', { run: ['sh', '-c', 'trap "" TERM INT; sleep 20 & wait; sleep 20'] })
export const b = pipeline('deaf', () => deaf())
`,
  )
  for (const name of ['polite', 'deaf']) {
    const controller = new AbortController()
    const began = performance.now()
    const { error, detail } = await project.run(file, name, {
      signal: controller.signal,
      observer: (event) => {
        if (event.kind === 'step started')
          setTimeout(() => {
            controller.abort()
          }, 800)
      },
    })
    assert.ok(performance.now() - began < 10_000)
    // The polite step came to its end within the grace, and with it the run.
    assert.equal(detail?.state, name === 'deaf' ? 'cancelled' : 'completed')
    if (name === 'deaf') assert.equal(failure(error).code, 'interrupted')
  }
  assert.ok(existsSync(join(project.folder, 'polite.txt')))
})

test('a reference that cannot be resolved refuses the run before it is recorded', async () => {
  const file = project.write(
    'refused.ts',
    `${imports}
const load = step('load', { secrets: { a: secret('absent', 'key'), b: secret('crm', 'token') } }, () => 1)
export const p = pipeline('refused', { settings: { 'experiment-tracker.tracking_uri': '{{absent.uri}}' } }, () => load())
const track = step('track', { tracker: true }, () => 1)
export const q = pipeline('track', () => track())
`,
  )
  const { error, events, detail } = await project.run(file, 'refused')
  assert.equal(failure(error).code, 'check_failed')
  assert.match(failure(error).message, /step load/)
  assert.deepEqual(
    events.map(({ kind }) => kind),
    ['checked'],
  )
  assert.equal(detail, undefined)
  const none = await project.run(file, 'refused', { level: 'NONE' })
  assert.equal(none.detail?.state, 'failed')
  const untracked = await project.run(file, 'track')
  assert.match(failure(untracked.error).message, /declares the experiment tracker, but stack "default" has none/)
  const level = await project.run(file, 'refused', { env: { ...project.env, ZENML_SECRET_VALIDATION_LEVEL: 'SOME' } })
  assert.equal(failure(level.error).code, 'level_unknown')
})
