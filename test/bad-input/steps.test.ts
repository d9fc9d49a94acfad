/** Steps that misbehave with a secret in their hands: the run ends with a reason, and no output shows the value. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { requirePart } from '../support/parts.ts'
import { emptyHome, root } from '../support/sotto.ts'
import type { Home } from '../support/sotto.ts'
import { Terminal } from '../support/terminal.ts'
import { assertClean, assertIntact, PLANTED } from './refusal.ts'

const pipelines = `
import { spawn } from 'node:child_process'
import { pipeline, secret, step } from 'sotto/pipelines'
const uses = { secrets: { crm: secret('crm', 'password') } }
function hostile(name: string, body: (password: string, sensitive: unknown) => unknown) {
  const only = step(name, uses, (_: {}, { secrets }) => body(secrets.crm.password.reveal(), secrets.crm.password) as never)
  return pipeline(name, () => only({}))
}
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
export const throwsIt = hostile('throwsIt', (p) => { throw new Error('refused ' + p + ' again') })
export const throwsText = hostile('throwsText', (p) => { throw p })
export const throwsObject = hostile('throwsObject', (p) => { throw { p, nested: [p] } })
export const throwsCause = hostile('throwsCause', (p) => { throw new Error('outer', { cause: new Error(p) }) })
export const unhandled = hostile('unhandled', async (p) => { void Promise.reject(new Error(p)); await wait(500) })
export const timer = hostile('timer', async (p) => { setTimeout(() => { throw new Error(p) }, 5); await wait(500) })
export const half = hostile('half', (p) => { process.stdout.write(p.slice(0, 14)); process.kill(process.pid, 'SIGKILL') })
export const pieces = hostile('pieces', async (p) => { for (const c of p) { process.stdout.write(c); await wait(5) } })
export const encoded = hostile('encoded', (p) => { console.log(Buffer.from(p).toString('base64')); console.error(encodeURIComponent(p), JSON.stringify(p)) })
export const daemon = hostile('daemon', (p) => { spawn('sh', ['-c', 'sleep 1; echo "$0"; sleep 2', p], { detached: true, stdio: 'inherit' }).unref() })
export const exits = hostile('exits', () => process.exit(0))
export const returnsFunction = hostile('returnsFunction', () => () => 1)
export const returnsNothing = hostile('returnsNothing', () => undefined)
export const returnsSensitive = hostile('returnsSensitive', (_, sensitive) => sensitive)
export const returnsValue = hostile('returnsValue', (p) => ({ user: 'admin', p, list: [p] }))
export const circular = hostile('circular', () => { const a: { a?: unknown } = {}; a.a = a; return a })
export const memory = hostile('memory', () => { const a: unknown[] = []; for (;;) a.push(new Array(100_000).fill(Math.random())) })
export const prints = hostile('prints', (p) => { for (let i = 0; i < 50; i++) process.stdout.write('x'.repeat(1024 * 1024 - 40) + p + '\\n') })
export const ignores = hostile('ignores', async (p) => { for (const s of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(s, () => console.log('no')); console.log('ready ' + p); await wait(60_000) })
`

async function makeProject(): Promise<Home> {
  const home = await emptyHome()
  await writeFile(path.join(home.work, 'p.ts'), pipelines)
  assert.equal((await home.shell(`sotto secret create crm --password=${PLANTED}`)).status, 0)
  return home
}

/** Name, exit code, and what the error says. */
const failing: readonly (readonly [string, RegExp])[] = [
  ['throwsIt', /"throwsIt" failed: refused \*\*\* again/],
  ['throwsText', /it threw \*\*\*/],
  ['throwsObject', /it threw \{"p":"\*\*\*"/],
  ['throwsCause', /failed: outer/],
  ['unhandled', /failed: \*\*\*/],
  ['timer', /failed: \*\*\*/],
  ['half', /ended by SIGKILL/],
  ['exits', /exited with code 0 before the function returned/],
  ['returnsFunction', /is a function/],
  ['returnsSensitive', /holds a secret value/],
  ['circular', /refers to itself/],
]

test('a step that fails is told with its reason and without the value, also in the log and in the record', async () => {
  await using home = await makeProject()
  for (const [name, says] of failing) {
    const outcome = await home.shell(`sotto run start p.ts#${name}`)
    assert.equal(outcome.status, 1, `${name}\n${outcome.stderr}`)
    assert.match(outcome.stderr, says)
    assert.match(outcome.stderr, /^next: sotto run logs [0-9a-f]+ --step /m)
    assertClean(outcome, name)
  }
  const runs = await home.shell('sotto run list -o json')
  for (const [, id = ''] of runs.stdout.matchAll(/"id": "([^"]+)"/g)) {
    const shown = await home.shell(`sotto run show ${id} -o json; sotto run logs ${id}`)
    // The trace of what the step threw is in its log, where its author looks for it: only the value must not be.
    assert.ok(!shown.stdout.includes(PLANTED), shown.stdout)
    assert.match(shown.stdout, /"state": "failed"/)
  }
  await assertIntact(home)
})

test('what a step prints in pieces, encoded or from a process it left behind is masked', async () => {
  await using home = await makeProject()
  for (const name of ['pieces', 'encoded', 'daemon', 'returnsNothing']) {
    const outcome = await home.shell(`sotto run start p.ts#${name}`)
    assert.equal(outcome.status, 0, outcome.stderr)
    assertClean(outcome, name)
    assert.ok(!outcome.stderr.includes(Buffer.from(PLANTED).toString('base64').slice(0, 20)), outcome.stderr)
  }
})

test('a result that holds the value is masked where it is shown, with a warning that it is kept', async () => {
  await using home = await makeProject()
  for (const format of ['table', 'json', 'yaml']) {
    const outcome = await home.shell(`sotto run start p.ts#returnsValue -o ${format}`)
    assert.equal(outcome.status, 0, outcome.stderr)
    assert.match(outcome.stdout, /admin/)
    assert.match(outcome.stdout, /\*\*\*/)
    assert.match(outcome.stderr, /its result holds a secret value/)
    assertClean(outcome, format)
  }
})

test('50 MB of output pass, masked, and a step out of memory is told as such', async () => {
  await using home = await makeProject()
  const printed = await home.shell('sotto run start p.ts#prints --quiet -o json')
  assert.equal(printed.status, 0, printed.stderr)
  const counted = await home.shell(
    `sotto run logs "$(sotto run list -o json | sed -n 's/.*"id": "\\(.*\\)",/\\1/p' | head -1)" | tr -cd '*\\n' | sort | uniq -c`,
  )
  assert.match(counted.stdout, /^\s*50 \*\*\*/m)
  const outcome = await home.shell('sotto run start p.ts#memory', { env: { NODE_OPTIONS: '--max-old-space-size=60' } })
  assert.equal(outcome.status, 1)
  assert.match(outcome.stderr, /ended by SIG(ABRT|TRAP|ILL|KILL)/)
  await assertIntact(home)
})

test('Ctrl-C ends a step that ignores it with 130; a second one at once', async (t) => {
  if (!requirePart(t, 'pty')) return
  await using home = await makeProject()
  using terminal = await Terminal.open('sh', ['-c', 'exec sotto run start p.ts#ignores'], {
    cwd: home.work,
    env: home.env,
  })
  await terminal.expect(/ready \*\*\*/)
  terminal.press('\u0003')
  await terminal.expect(/Ctrl-C again kills/)
  terminal.press('\u0003')
  assert.equal(await terminal.ended(), 130, terminal.text)
  assert.doesNotMatch(terminal.text, new RegExp(PLANTED))
  assert.match((await home.shell('sotto run list -o json')).stdout, /"state": "cancelled"/)
  await assertIntact(home)
})

test('when the command itself is killed, no step goes on', async () => {
  await using home = await makeProject()
  const child = spawn(path.join(root, 'bin/sotto'), ['run', 'start', 'p.ts#ignores'], {
    cwd: home.work,
    env: home.env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  for await (const chunk of child.stderr as AsyncIterable<Buffer>) if (chunk.toString().includes('ready')) break // no encoding is set
  child.kill('SIGKILL')
  await once(child, 'close')
  const deadline = Date.now() + 10_000
  while (Date.now() < deadline && (await stepsOf(home)) > 0) await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal(await stepsOf(home), 0)
  await assertIntact(home)
})

/** Processes whose working directory is the project's. */
async function stepsOf(home: Home): Promise<number> {
  if (process.platform !== 'linux') return 0
  let count = 0
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
    if (environment.includes(home.folder) && Number(pid) !== process.pid) count += 1
  }
  return count
}
