/** Runs through real processes, as a person starts them: in pipes and in a terminal. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { requirePart } from '../../../../../test/support/parts.ts'
import { emptyHome } from '../../../../../test/support/sotto.ts'
import type { Home, Outcome } from '../../../../../test/support/sotto.ts'
import { Terminal } from '../../../../../test/support/terminal.ts'

const churn = `
import { pipeline, secret, step } from 'sotto/pipelines'
import type { Params } from 'sotto/pipelines'

const load = step('load', { secrets: { db: secret('db', 'password') } }, ({ limit }: { limit: number }, { secrets }) => {
  console.log('connecting with', secrets.db.password.reveal())
  process.stdout.write(Buffer.from([0xff, 0x00, 0x0a]))
  return limit
})
const train = step('train', ({ rows }: { rows: number }) => {
  if (rows === 13) throw new Error('13 rows bring no luck')
  return { rows }
})
export const churn = pipeline('churn', { defaults: { limit: 7 } }, ({ limit }: Params<{ limit: number }>) => train({ rows: load({ limit }) }))
`

const slow = `
import { command, pipeline } from 'sotto/pipelines'
const first = command('first', { run: ['true'] })
const wait = command('wait', { run: ['sh', '-c', 'echo ready; trap "echo cleaning up; exit 3" TERM; sleep 20 & wait'] })
const stuck = command('stuck', { run: ['sh', '-c', 'echo ready; trap "" TERM; while :; do sleep 1; done'] })
const after = command('after', { run: ['true'] })
export const polite = pipeline('polite', () => after({}, { after: [wait({}, { after: [first()] })] }))
export const rude = pipeline('rude', () => after({}, { after: [stuck()] }))
`

async function project(withSecret: boolean): Promise<Home> {
  const home = await emptyHome()
  writeFileSync(join(home.work, 'churn.ts'), churn)
  writeFileSync(join(home.work, 'slow.ts'), slow)
  if (withSecret) assert.equal((await home.shell('sotto secret create db --password=rosebud-7731')).status, 0)
  return home
}

async function ok(home: Home, line: string): Promise<Outcome> {
  const outcome = await home.shell(line)
  assert.equal(outcome.status, 0, `${line}\n${outcome.stderr}`)
  assert.doesNotMatch(outcome.stdout + outcome.stderr, /rosebud/)
  return outcome
}

interface RunShape {
  readonly id: string
  readonly state: string
  readonly result?: unknown
}

function runOf(text: string): RunShape {
  return JSON.parse(text) as RunShape // printed by the program under test; what is missing fails the assertions
}

test('a run is refused with 7 and every problem before anything is recorded, and register-secrets --pipeline mends it', async () => {
  await using home = await project(false)
  const refused = await home.shell('sotto run start churn.ts')
  assert.equal(refused.status, 7)
  assert.match(refused.stderr, /^error: pipeline churn\.ts on stack default has 1 reference that cannot be resolved$/m)
  assert.match(refused.stderr, /^  step load .*db.*secret missing/m)
  assert.match(refused.stderr, /^next: sotto stack register-secrets default --pipeline churn\.ts$/m)
  assert.match((await ok(home, 'sotto run list')).stderr, /no run matches/)
  await ok(home, `sotto stack register-secrets default --pipeline churn.ts --values='db.password: rosebud-7731'`)
  await ok(home, 'sotto run start churn.ts')
})

test('a run shows plain lines in a pipe, and gives itself and its result as JSON', async () => {
  await using home = await project(true)
  const { stderr } = await ok(home, 'sotto run start churn.ts')
  assert.match(stderr, /^load {4}started$/m)
  assert.match(stderr, /^load {2}\| connecting with \*\*\*$/m)
  assert.match(stderr, /^train {3}completed in \d+ ms$/m)
  const json = await ok(home, 'sotto run start churn.ts#churn --limit=8 -o json')
  const run = runOf(json.stdout)
  assert.partialDeepStrictEqual(run, { pipeline: 'churn', stack: 'default', state: 'completed', result: { rows: 8 } })
  for (const line of json.stderr.trimEnd().split('\n')) assert.equal(typeof JSON.parse(line), 'object')
  assert.equal((await ok(home, 'sotto run start churn.ts --quiet')).stderr, '')
})

test('logs are whole to the byte; show, secrets and list take the end or the beginning of an id', async () => {
  await using home = await project(true)
  const { id } = runOf((await ok(home, 'sotto run start churn.ts --json')).stdout)
  const bytes = await ok(home, 'sotto run logs | od -An -tx1')
  assert.match(bytes.stdout.replaceAll(/\s+/g, ' '), /2a 2a 2a 0a ff 00 0a $/)
  for (const run of [id, id.slice(-12), id.slice(-6), id.slice(0, 13)]) {
    assert.match((await ok(home, `sotto run show ${run}`)).stdout, /└─ train {2}completed/)
    assert.match((await ok(home, `sotto run secrets ${run}`)).stdout, /load {2}db@1 {4}password {2}yes/)
  }
  assert.match((await ok(home, 'sotto run list --pipeline churn --stack default --state completed')).stdout, /churn/)
  assert.doesNotMatch((await ok(home, 'sotto run list --state failed')).stdout, /churn/)
  const unknown = await home.shell('sotto run logs --step lod')
  assert.equal(unknown.status, 3)
  assert.match(unknown.stderr, /its steps: load, train/)
})

test('a failed step is named with its error and the command that shows its log', async () => {
  await using home = await project(true)
  const { status, stderr } = await home.shell('sotto run start churn.ts --limit=13')
  assert.equal(status, 1)
  assert.match(stderr, /^error: step "train" failed: .*13 rows bring no luck/m)
  const next = /^next: (sotto run logs [0-9a-f]{12} --step train)$/m.exec(stderr)?.[1] ?? 'false'
  assert.match((await ok(home, next)).stdout, /13 rows bring no luck/)
  const json = await home.shell('sotto run start churn.ts --limit=13 --json')
  assert.equal(json.status, 1)
  assert.equal(runOf(json.stdout).state, 'failed')
  assert.match(json.stderr.trimEnd().split('\n').at(-1) ?? '', /^\{"code":"step_failed"/)
})

test('the project file gives stack and level, a variable and an option win over it', async () => {
  await using home = await project(false)
  await ok(home, 'sotto stack copy default other')
  writeFileSync(join(home.work, 'sotto.yaml'), 'stack: other\nlevel: SECRET_EXISTS\n')
  const { stdout } = await ok(home, 'sotto run start slow.ts#rude --help')
  assert.match(stdout, /--stack/)
  const stackOf = async (line: string): Promise<string> => (await home.shell(line)).stderr
  assert.match(await stackOf('sotto run start churn.ts'), /on stack other/)
  assert.match(await stackOf('SOTTO_STACK=default sotto run start churn.ts'), /on stack default/)
  assert.match(await stackOf('SOTTO_STACK=nope sotto run start churn.ts --stack default'), /on stack default/)
  for (const line of ['run start churn.ts', 'stack check', 'stack register-secrets']) {
    const absent = await home.shell(`SOTTO_STACK=nope sotto ${line}`)
    assert.equal(absent.status, 3)
    assert.match(absent.stderr, /^error: SOTTO_STACK: there is no stack "nope"$/m)
  }
  writeFileSync(join(home.work, 'sotto.yaml'), 'stack: nope\n')
  assert.match(await stackOf('sotto stack check'), /^error: .*sotto\.yaml: there is no stack "nope"$/m)
  assert.match(await stackOf('sotto stack check nope'), /^error: there is no stack "nope"$/m)
  writeFileSync(join(home.work, 'sotto.yaml'), 'stak: other\n')
  const broken = await home.shell('sotto run start churn.ts')
  assert.equal(broken.status, 2)
  assert.match(broken.stderr, /line 1: there is no field "stak"\nnext: did you mean stack\?/)
})

test('on a terminal a run is shown live; Ctrl-C cancels it and says what was done, a second one kills', async (t) => {
  if (!requirePart(t, 'pty')) return
  await using home = await project(false)
  const polite = await Terminal.open('sotto', ['run', 'start', 'slow.ts#polite'], { cwd: home.work, env: home.env })
  await polite.expect(/wait +\| ready/)
  await polite.expect(/wait +running +\d/)
  polite.press('\u0003')
  await polite.expect(/Ctrl-C again kills/)
  assert.equal(await polite.ended(), 130, polite.text)
  assert.match(polite.text, /completed: first\s+stopped: wait\s+never started: after/)
  assert.match((await ok(home, 'sotto run list --state cancelled')).stdout, /polite/)
  const rude = await Terminal.open('sotto', ['run', 'start', 'slow.ts#rude'], { cwd: home.work, env: home.env })
  await rude.expect(/stuck +\| ready/)
  rude.press('\u0003')
  await rude.expect(/Ctrl-C again kills/)
  const pressed = performance.now()
  rude.press('\u0003')
  assert.equal(await rude.ended(), 130, rude.text)
  assert.ok(performance.now() - pressed < 4000, 'it waited for the grace')
})

test('logs -f goes on until the run has ended', async () => {
  await using home = await project(false)
  writeFileSync(
    join(home.work, 'two.ts'),
    `import { command, pipeline } from 'sotto/pipelines'
const a = command('a', { run: ['sh', '-c', 'echo one; sleep 1; echo two'] })
export const p = pipeline('p', () => a())`,
  )
  const { stdout } = await ok(
    home,
    'sotto run start two.ts -q >/dev/null & while ! sotto run logs 2>/dev/null | grep -q one; do sleep 0.1; done; sotto run logs -f; wait',
  )
  assert.equal(stdout, 'one\ntwo\n')
})

test('in a narrow terminal nothing runs over the edge, and a dumb one gets plain lines', async (t) => {
  if (!requirePart(t, 'pty')) return
  await using home = await project(true)
  const narrow = await Terminal.open(
    'sh',
    ['-c', 'sotto run start churn.ts && sotto run list && sotto run show && sotto run secrets'],
    {
      cwd: home.work,
      env: home.env,
      columns: 40,
    },
  )
  assert.equal(await narrow.ended(), 0, narrow.text)
  // Words may wrap; what stands in columns may not.
  const rows = narrow.text.split(/\r?\n/).filter((line) => / {2}/.test(line) && !/sotto run|:/.test(line))
  assert.ok(rows.length > 6)
  for (const row of rows) assert.ok(row.length <= 40, row)
  const dumb = await Terminal.open('sotto', ['run', 'start', 'churn.ts'], {
    cwd: home.work,
    env: { ...home.env, TERM: 'dumb' },
  })
  assert.equal(await dumb.ended(), 0, dumb.text)
  assert.doesNotMatch(dumb.output, /\u001b/)
  assert.match(dumb.text, /train +completed in/)
})
