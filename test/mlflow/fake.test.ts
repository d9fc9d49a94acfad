// Holds the fake tracking server of the unit tests against the real one: the same requests get the same statuses, error
// codes and members. What the fake does not have, our client does not read.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startFakeMlflow } from '../support/fake-mlflow.ts'
import { startMlflow } from '../support/mlflow.ts'
import { requirePart } from '../support/parts.ts'

interface Server {
  readonly url: string
  readonly username: string
  readonly password: string
}

interface Seen {
  readonly what: string
  readonly status: number
  readonly code: unknown
  readonly members: unknown
}

test('the fake answers as MLflow does', async (t) => {
  if (!requirePart(t, 'mlflow')) return
  await using fake = await startFakeMlflow()
  await using real = await startMlflow()
  const [ofFake, ofReal] = [await ask(fake), await ask(real)]
  for (const [at, seen] of ofFake.entries()) {
    const expected = ofReal[at]
    assert.deepEqual(
      { what: seen.what, status: seen.status, code: seen.code },
      { what: expected?.what, status: expected?.status, code: expected?.code },
    )
    assertCovered(seen.members, expected?.members, seen.what)
  }
  assert.equal(ofFake.length, ofReal.length)
})

/** Everything the fake says has a counterpart in the real answer: the same members, of the same types. */
function assertCovered(fake: unknown, real: unknown, where: string): void {
  assert.equal(typeof fake, typeof real, where)
  if (Array.isArray(fake)) {
    assert.ok(Array.isArray(real), where)
    if (fake.length > 0) assertCovered(fake[0], real[0], `${where}[0]`)
  } else if (typeof fake === 'object' && fake !== null) {
    for (const [name, value] of Object.entries(fake))
      assertCovered(value, (real as Record<string, unknown>)[name], `${where}.${name}`) // same type, by the line above
  }
}

async function ask(server: Server): Promise<readonly Seen[]> {
  const seen: Seen[] = []
  const signIn = `Basic ${Buffer.from(`${server.username}:${server.password}`).toString('base64')}`
  const send = async (
    method: string,
    path: string,
    body?: unknown,
    authorization: string = signIn,
  ): Promise<unknown> => {
    const raw = Buffer.isBuffer(body)
    const response = await fetch(`${server.url}/api/2.0/${path}`, {
      method,
      headers: { authorization, 'content-type': raw ? 'application/octet-stream' : 'application/json' },
      ...(body === undefined ? {} : { body: raw ? new Uint8Array(body) : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = text.trimStart().startsWith('{')
    const value: unknown = isJson ? JSON.parse(text) : undefined
    const code = isJson ? (value as { error_code?: unknown }).error_code : undefined // an object, by its first character
    seen.push({
      what: `${method} ${path.replaceAll(/[0-9a-f]{32}/g, 'ID')}`,
      status: response.status,
      code,
      members: value,
    })
    return value
  }
  await send('GET', 'mlflow/experiments/get-by-name?experiment_name=e', undefined, 'Basic eDp5')
  await send('GET', 'mlflow/experiments/get-by-name?experiment_name=e', undefined, 'Bearer token')
  await send('GET', 'mlflow/experiments/get-by-name?experiment_name=e')
  await send('POST', 'mlflow/experiments/create', { name: 'e' })
  await send('POST', 'mlflow/experiments/create', { name: 'e' })
  const { experiment } = (await send('GET', 'mlflow/experiments/get-by-name?experiment_name=e')) as {
    experiment: { experiment_id: string }
  } // compared below
  const created = await send('POST', 'mlflow/runs/create', {
    experiment_id: experiment.experiment_id,
    run_name: 'r',
    start_time: 1,
    tags: [{ key: 'sotto.run', value: 'x' }],
  })
  const { run } = created as { run: { info: { run_id: string } } } // compared below
  const runId = run.info.run_id
  await send('POST', 'mlflow/runs/log-batch', {
    run_id: runId,
    metrics: [{ key: 'm', value: 1, timestamp: 1, step: 0 }],
  })
  await send('POST', 'mlflow/runs/log-batch', { run_id: '0'.repeat(32), metrics: [] })
  await send('PUT', `mlflow-artifacts/artifacts/1/${runId}/artifacts/a.txt`, Buffer.from('x'))
  const search = async (value: string): Promise<unknown> =>
    await send('POST', 'mlflow/runs/search', {
      experiment_ids: [experiment.experiment_id],
      filter: `tags.\`sotto.run\` = '${value}'`,
      max_results: 10,
    })
  await search('x')
  await search('nobody')
  await send('POST', 'mlflow/runs/update', { run_id: runId, status: 'KILLED', end_time: 2 })
  await send('POST', 'mlflow/runs/update', { run_id: '0'.repeat(32), status: 'KILLED', end_time: 2 })
  await send('GET', 'mlflow/nothing/here')
  return seen
}
