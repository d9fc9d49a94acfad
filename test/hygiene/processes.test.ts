/**
 * Goal: a process that holds secrets for long opens no debugger's port, leaves no core dump and writes no environment
 * into a crash report. Method: a real run with one step that waits; both its processes are looked at, and signalled.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { emptyHome, root } from '../support/sotto.ts'

const pipelineFile = `
import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { pipeline, secret, step } from 'sotto/pipelines'
const wait = step('wait', { secrets: { crm: secret('crm', 'password') } }, async () => {
  const report = process.report.getReport() as { environmentVariables?: unknown }
  writeFileSync('facts.tmp', JSON.stringify({ pid: process.pid, parent: process.ppid, hasEnvironment: report.environmentVariables !== undefined }))
  renameSync('facts.tmp', 'facts.json')
  while (!existsSync('go')) await new Promise((resolve) => setTimeout(resolve, 20))
  return 1
})
export const waits = pipeline('waits', () => wait({}))
`

interface Facts {
  readonly pid: number
  readonly parent: number
  readonly hasEnvironment: boolean
}

async function waitFor(file: string): Promise<void> {
  for (let tries = 0; !existsSync(file) && tries < 1000; tries++) await sleep(20)
}

function proc(pid: number, file: string): string {
  return readFileSync(`/proc/${String(pid)}/${file}`, 'latin1')
}

function isLinux(t: TestContext): boolean {
  if (process.platform === 'linux') return true
  t.skip('looks into /proc')
  return false
}

test('supervisor and step: no debugger by a signal, no core dump, no environment in reports', async (t) => {
  if (!isLinux(t)) return
  await using home = await emptyHome()
  const password = 'planted-correct-horse'
  await home.shell(`sotto secret create crm --password=${password}`)
  writeFileSync(path.join(home.work, 'waits.ts'), pipelineFile)
  const child = spawn(path.join(root, 'bin/sotto'), ['run', 'start', 'waits.ts'], {
    cwd: home.work,
    env: home.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()))
  await waitFor(path.join(home.work, 'facts.json'))
  const facts = JSON.parse(readFileSync(path.join(home.work, 'facts.json'), 'utf8')) as Facts // written by the step above
  assert.equal(facts.parent, child.pid)
  assert.equal(facts.hasEnvironment, false)
  for (const pid of [facts.parent, facts.pid]) {
    assert.match(proc(pid, 'limits'), /^Max core file size +0 /m)
    for (const file of ['cmdline', 'comm', 'environ']) assert.ok(!proc(pid, file).includes(password), file)
    process.kill(pid, 'SIGUSR1')
  }
  assert.ok(!proc(facts.pid, 'environ').includes('SOTTO_HOME'), 'a step is not told where the store is')
  await sleep(300)
  writeFileSync(path.join(home.work, 'go'), '')
  const [code] = (await once(child, 'close')) as [number]
  assert.equal(code, 0, output)
  const log = await home.shell('sotto run logs')
  assert.doesNotMatch(output + log.stdout, /Debugger listening/)
})

test('a Node without these precautions does open a port: the test above would see it', async (t) => {
  if (!isLinux(t)) return
  const child = spawn(process.execPath, ['--inspect-port=0', '-e', 'setInterval(() => {}, 1000); console.log(1)'])
  t.after(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  child.kill('SIGUSR1')
  const [errors] = (await once(child.stderr, 'data')) as [Buffer]
  assert.match(errors.toString(), /Debugger listening/)
})

test('the launcher of the package, which may not know the flags, sees to the same', async (t) => {
  if (!isLinux(t)) return
  await using home = await emptyHome()
  await home.shell(`sotto secret create crm --password=planted-value`)
  const launcher = path.join(root, 'packages/sotto/bin/sotto')
  const script = 'trap : USR1; kill -USR1 $PPID; sleep 0.3; ulimit -c' // exec hands the signal on
  const ran = await home.shell(`"${launcher}" exec -- sh -c '${script}'`)
  assert.equal(ran.status, 0, ran.stderr)
  assert.match(ran.stdout, /^0$/m)
  assert.doesNotMatch(ran.stdout + ran.stderr, /Debugger listening/)
})
