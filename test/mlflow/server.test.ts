// The tracker against a real MLflow with authentication: what a step logs is there, states arrive, the ordinary client of
// Python joins the run, and no refusal shows a credential.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { inspect } from 'node:util'
import { isSottoError, type JsonObject, type ResolvedComponent } from '@sotto/sdk/model'
import { trackers } from '../../packages/sotto/src/integrations/trackers.ts'
import type { TrackerRun } from '../../packages/sotto/src/pipelines/tracker.ts'
import { type Mlflow, mlflowAvailable, startMlflow } from '../support/mlflow.ts'
import { requirePart } from '../support/parts.ts'
import { type MlflowRecord, readArtifact, readRun, readRuns } from './rest.ts'

let server: Mlflow
before(async () => {
  if (mlflowAvailable() === true) server = await startMlflow({ rememberSignIn: true })
})
after(async () => {
  if (mlflowAvailable() === true) await server.stop()
})

const attempt = {
  pipeline: 'churn',
  run: '01990f3a-1111-7000-8000-000000000001',
  step: 'train',
  attempt: '01990f3a-2222-7000-8000-000000000002',
  holdsValue: () => false,
}

function component(more: JsonObject = {}): ResolvedComponent {
  const attributes = {
    tracking_uri: server.url,
    tracking_username: server.username,
    tracking_password: server.password,
    ...more,
  }
  return { type: 'experiment-tracker', name: 'ml', flavor: 'mlflow', attributes }
}

async function open(more: JsonObject = {}, step: string = 'train'): Promise<TrackerRun> {
  const provider = trackers.find(({ flavor }) => flavor === 'mlflow')
  assert.ok(provider !== undefined)
  return await provider.open(component(more), { ...attempt, step })
}

/** Runs Python with the variables of the run, as a command step would. */
async function python(run: TrackerRun, script: string): Promise<{ status: number | null; output: string }> {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(server.python, [join(import.meta.dirname, script)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH, HOME, MLFLOW_DISABLE_TELEMETRY: 'true', ...run.environment() },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const [status] = (await once(child, 'close')) as [number | null] // the exit code comes first
  return { status, output }
}

async function statusOf(run: TrackerRun): Promise<string> {
  return (await readRun(server, run.id)).status
}

test('what a step logs is there: metrics with their steps, parameters, tags and artifacts', async (t) => {
  if (!requirePart(t, 'mlflow')) return
  const run = await open({ tags: { team: 'risk' }, experiment_name: 'everything' })
  assert.equal(await statusOf(run), 'RUNNING')
  await run.logMetrics({ loss: 0.5, 'val/auc': 0.9, broken: Number.NaN, huge: Number.POSITIVE_INFINITY }, 3)
  await run.logParams({ lr: '0.1', 'name of: the model/Größe': 'größer', empty: '', long: 'x'.repeat(6000) })
  await run.setTags({ stage: 'ä'.repeat(8000) })
  const bytes = Buffer.from([0, 255, 13, 10, 128])
  await run.logArtifact('model/a b+c&d=ü.bin', bytes)
  await run.logArtifact('empty.txt', new Uint8Array())
  await run.finish('completed')
  const record = await readRun(server, run.id)
  assert.equal(record.status, 'FINISHED')
  assert.ok(record.endTime >= record.startTime)
  assert.deepEqual(record.metrics['loss'], { value: 0.5, step: 3 })
  assert.deepEqual(record.metrics['val/auc'], { value: 0.9, step: 3 })
  assert.equal(record.metrics['broken']?.value, 'NaN')
  assert.ok(Number(record.metrics['huge']?.value) > 1e300)
  assert.equal(record.params['name of: the model/Größe'], 'größer')
  assert.equal(record.params['long']?.length, 6000)
  assert.equal(record.tags['stage']?.length, 8000)
  assert.equal(record.tags['team'], 'risk')
  assert.equal(record.tags['sotto.run'], attempt.run)
  assert.deepEqual(await readArtifact(server, run.id, 'model/a b+c&d=ü.bin'), bytes)
  assert.equal((await readArtifact(server, run.id, 'empty.txt')).length, 0)
})

test('requests beyond the limits of MLflow are split and all arrive', async (t) => {
  if (!requirePart(t, 'mlflow')) return
  const run = await open({ experiment_name: 'many' })
  const names = (count: number): string[] => Array.from({ length: count }, (_, at) => `n${String(at)}`)
  await run.logMetrics(Object.fromEntries(names(1001).map((name) => [name, 1])))
  await run.logParams(Object.fromEntries(names(150).map((name) => [name, '€'.repeat(6000)])))
  await run.setTags(Object.fromEntries(names(101).map((name) => [name, 'x'])))
  await run.finish('completed')
  const { metrics, params, tags } = await readRun(server, run.id)
  assert.equal(Object.keys(metrics).length, 1001)
  assert.equal(Object.keys(params).length, 150)
  assert.ok(Object.keys(tags).length >= 101)
})

test('each state of an attempt closes the run with the word of MLflow', async (t) => {
  if (!requirePart(t, 'mlflow')) return
  for (const [state, status] of [
    ['completed', 'FINISHED'],
    ['failed', 'FAILED'],
    ['cancelled', 'KILLED'],
  ] as const) {
    const run = await open()
    await run.finish(state)
    assert.equal(await statusOf(run), status)
  }
})

test('steps that start together share the experiment that none of them found', async (t) => {
  if (!requirePart(t, 'mlflow')) return
  const runs = await Promise.all(['a', 'b', 'c'].map(async (step) => await open({ experiment_name: 'together' }, step)))
  await Promise.all(runs.map(async (run) => await run.finish('completed')))
  assert.equal(new Set(runs.map((run) => run.environment()['MLFLOW_EXPERIMENT_ID'])).size, 1)
})

test('the ordinary client of Python joins the run by its environment, and our state is the last', async (t) => {
  if (!requirePart(t, 'mlflow')) return
  for (const [script, code, state, status] of [
    ['join_run.py', 0, 'completed', 'FINISHED'],
    ['join_and_fail.py', 3, 'failed', 'FAILED'],
  ] as const) {
    const run = await open({ experiment_name: 'python' })
    await run.logMetrics({ before: 1 })
    const result = await python(run, script)
    assert.equal(result.status, code, result.output)
    assert.ok(!result.output.includes(server.password))
    assert.equal(await statusOf(run), code === 0 ? 'FINISHED' : 'FAILED', 'the client closes the run itself')
    await run.finish(state)
    const record = await readRun(server, run.id)
    assert.equal(record.status, status)
    assert.equal(record.metrics['before']?.value, 1)
    assert.equal(record.metrics['from_python']?.value, 0.25)
    assert.equal(record.params['python'], 'yes')
    assert.equal(
      (await readRuns(server, run.environment()['MLFLOW_EXPERIMENT_ID'] ?? '')).filter(({ id }) => id === run.id)
        .length,
      1,
    )
  }
  const { MLFLOW_EXPERIMENT_ID = '' } = (await open({ experiment_name: 'python' })).environment()
  assert.equal((await readRuns(server, MLFLOW_EXPERIMENT_ID)).length, 3, 'Python made no run of its own')
})

test('a run that Python ended as finished and whose process then died is failed', async (t) => {
  if (!requirePart(t, 'mlflow')) return
  const run = await open()
  assert.equal((await python(run, 'end_then_die.py')).status, 9)
  assert.equal(await statusOf(run), 'FINISHED')
  await run.finish('failed')
  assert.equal(await statusOf(run), 'FAILED')
})

test('nested runs lie under one parent, which ends with the last of them', async (t) => {
  if (!requirePart(t, 'mlflow')) return
  const more = { nested: true, experiment_name: 'nested' }
  const [first, second] = await Promise.all([open(more, 'load'), open(more, 'train')])
  await first.finish('completed')
  const experiment = first.environment()['MLFLOW_EXPERIMENT_ID'] ?? ''
  const parent = async (): Promise<MlflowRecord> => {
    const parents = (await readRuns(server, experiment)).filter(({ tags }) => tags['sotto.parent'] === 'true')
    assert.equal(parents.length, 1)
    return parents[0]!
  }
  assert.equal((await parent()).status, 'RUNNING')
  await second.finish('cancelled')
  assert.equal((await parent()).status, 'KILLED')
  assert.equal((await readRun(server, second.id)).tags['mlflow.parentRunId'], (await parent()).id)
})

test('a wrong password, a wrong user and none are refused, with the attributes to check and no credential', async (t) => {
  if (!requirePart(t, 'mlflow')) return
  const wrong = 'not-the-password-of-this-server'
  for (const [more, told] of [
    [{ tracking_password: wrong }, /refused the credentials in tracking_username and tracking_password$/],
    [
      { tracking_username: '', tracking_password: '', tracking_uri: server.url.replace('//', `//ana:${wrong}@`) },
      /refused the credentials in tracking_uri$/,
    ],
    [{ tracking_username: '', tracking_password: '' }, /wants credentials, and the component has none/],
  ] as const) {
    const error: unknown = await open(more).catch((thrown: unknown) => thrown)
    assert.ok(isSottoError(error, 'tracker_refused'), inspect(error))
    assert.match(error.message, told)
    for (const value of [wrong, server.password])
      assert.ok(!`${inspect(error, { depth: 9 })}${JSON.stringify(error)}`.includes(value))
  }
})

test('a user without the permission is refused as one, and a parameter keeps its first value', async (t) => {
  if (!requirePart(t, 'mlflow')) return
  const run = await open({ experiment_name: 'refusals' })
  await run.logParams({ lr: '0.1' })
  await run.logParams({ lr: '0.1' })
  const changed: unknown = await run.logParams({ lr: '0.2' }).catch((thrown: unknown) => thrown)
  assert.ok(isSottoError(changed, 'tracker_failed'), inspect(changed))
  assert.match(changed.message, /could not log params: .* refused it: INVALID_PARAMETER_VALUE$/)
  assert.match(changed.hint ?? '', /keeps its first value/)
  await run.finish('completed')
  const basic = Buffer.from(`${server.username}:${server.password}`).toString('base64')
  const created = await fetch(`${server.url}/api/2.0/mlflow/users/create`, {
    method: 'POST',
    headers: { authorization: `Basic ${basic}`, 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'reader', password: 'reader-password-1' }),
  })
  assert.equal(created.status, 200)
  const denied: unknown = await open({
    experiment_name: 'refusals',
    tracking_username: 'reader',
    tracking_password: 'reader-password-1',
  }).catch((thrown: unknown) => thrown)
  assert.ok(isSottoError(denied, 'tracker_refused'), inspect(denied))
  assert.match(
    denied.message,
    /could not create the run: .* does not allow this to the user in tracking_username and tracking_password$/,
  )
})

test('the log of the server holds no password', (t) => {
  if (!requirePart(t, 'mlflow')) return
  const log = readFileSync(join(server.dir, 'server.log'), 'utf8')
  assert.ok(log.includes('/api/2.0/mlflow/runs/create'))
  assert.ok(!log.includes(server.password))
})
