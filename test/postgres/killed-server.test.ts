/**
 * Goal: nothing that was acknowledged is lost, and nothing is done twice, when the database dies in the middle. Method: three
 * processes make secrets as fast as they can; the server is killed with SIGKILL and started again several times, and one of
 * the processes too; then the store is held against what each was told.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { everyItem } from '@sotto/sdk/model'
import type { SecretQuery } from '@sotto/sdk/model'
import { openService } from '../../packages/sotto/src/service/open-service.ts'
import { inFolder } from '../../packages/sotto/src/service/testing/in-folder.ts'
import { temporaryFolder } from '../../packages/sotto/src/store/testing.ts'
import { requirePart } from '../support/parts.ts'
import { TestPostgres } from '../support/postgres.ts'
import type { Line } from './worker.ts'

const rounds = 4

interface Worker {
  readonly child: ChildProcess
  readonly lines: Line[]
}

function startWorker(folder: string, name: string, env: Readonly<Record<string, string>>): Worker {
  const flags = ['--conditions=sotto-source', '--disable-warning=ExperimentalWarning']
  const child = spawn(process.execPath, [...flags, join(import.meta.dirname, 'worker.ts'), folder, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  })
  const lines: Line[] = []
  let rest = ''
  child.stdout?.on('data', (data: Buffer) => {
    const parts = `${rest}${data.toString()}`.split('\n')
    rest = parts.pop() ?? ''
    lines.push(...(parts as Line[])) // what the worker prints
  })
  return { child, lines }
}

async function end({ child }: Worker, signal: NodeJS.Signals): Promise<void> {
  const ended = new Promise((resolve) => child.once('close', resolve))
  child.kill(signal)
  await ended
}

test('three processes lose nothing and double nothing while the server dies four times', async (t) => {
  if (!requirePart(t, 'postgres')) return
  const server = await TestPostgres.start()
  t.after(() => server.remove())
  const folder = temporaryFolder(t)
  const url = server.newUrl()
  const env = { ...server.env, SOTTO_TEST_STORE_URL: url }
  const places = inFolder(folder, { storePath: url, env: server.env })
  await (await openService(places)).close()

  const workers = ['a', 'b', 'c'].map((name) => startWorker(folder, name, env))
  t.after(() => workers.forEach(({ child }) => child.kill('SIGKILL')))
  while (workers.some(({ lines }) => lines.length < 5)) await sleep(20)
  for (let round = 0; round < rounds; round += 1) {
    await sleep(200 + Math.random() * 300)
    await server.kill()
    await server.start()
  }
  const [first] = workers
  assert.ok(first !== undefined)
  await end(first, 'SIGKILL')
  const before = workers.map(({ lines }) => lines.length)
  await sleep(1500)
  const after = workers.map(({ lines }) => lines.length)
  for (const index of [1, 2])
    assert.ok((after[index] ?? 0) > (before[index] ?? 0), 'who lives goes on without the one that was killed')
  await Promise.all(workers.slice(1).map((worker) => end(worker, 'SIGTERM')))

  const service = await openService(places)
  t.after(() => service.close())
  const { api } = service
  const { problems } = await api.verifyAudit({})
  assert.deepEqual(problems, [])
  const present = new Set<string>()
  for await (const { name, version } of everyItem((page: SecretQuery) => api.listSecrets(page), { limit: 500 })) {
    assert.equal(version, 1)
    present.add(name)
  }
  const done = workers.flatMap(({ lines }) =>
    lines.filter((line) => line.startsWith('done ')).map((line) => line.slice(5)),
  )
  const errors = workers.flatMap(({ lines }) => lines.filter((line) => line.startsWith('error ')))
  t.diagnostic(
    `${String(done.length)} acknowledged, ${String(present.size)} there, errors: ${errors.join(', ') || 'none'}`,
  )
  assert.ok(done.length > 30)
  assert.deepEqual(
    done.filter((name) => !present.has(name)),
    [],
    'what was acknowledged is there',
  )
  // A server that is away for long is an error; but only who was killed, or was told that nobody knows, may have done
  // something that was not acknowledged.
  const unknown = errors.filter((line) => line === 'error store_outcome_unknown').length
  const allowed: readonly Line[] = ['error store_unreachable', 'error store_outcome_unknown']
  assert.deepEqual(
    errors.filter((line) => !allowed.includes(line)),
    [],
  )
  assert.ok(present.size - done.length <= unknown + 1)
})
