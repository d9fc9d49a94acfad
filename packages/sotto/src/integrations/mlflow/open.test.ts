import assert from 'node:assert/strict'
import { createServer as createTcpServer } from 'node:net'
import { inspect } from 'node:util'
import { test } from 'node:test'
import { isSottoError } from '@sotto/sdk/model'
import type { ErrorCode, JsonObject, ResolvedComponent, SottoError } from '@sotto/sdk/model'
import { type FakeMlflow, type Fault, startFakeMlflow } from '../../../../../test/support/fake-mlflow.ts'
import { selfSigned } from '../../../../../test/support/self-signed.ts'
import type { TrackerRun } from '../../pipelines/tracker.ts'
import { openMlflowRun } from './open.ts'

const attempt = {
  pipeline: 'churn',
  run: '01990f3a-0000-7000-8000-000000000001',
  step: 'train',
  attempt: '01990f3a-0000-7000-8000-000000000002',
  holdsValue: (text: string) => text.includes('hunter2'),
}
const patience = { timeoutMs: 300, pausesMs: [1, 1] }
const getByName = 'mlflow/experiments/get-by-name'

function tracker(attributes: JsonObject): ResolvedComponent {
  return { type: 'experiment-tracker', name: 'ml', flavor: 'mlflow', attributes }
}

function trackerOf(fake: FakeMlflow, more: JsonObject = {}): ResolvedComponent {
  return tracker({
    tracking_uri: fake.url,
    tracking_username: fake.username,
    tracking_password: fake.password,
    ...more,
  })
}

async function openAt(fake: FakeMlflow, more: JsonObject = {}): Promise<TrackerRun> {
  return await openMlflowRun(trackerOf(fake, more), attempt, patience)
}

/** The error of a call, after a look that nothing in it, seen in any way, holds one of the values. */
async function errorOf(call: Promise<unknown>, code: ErrorCode, values: readonly string[] = []): Promise<SottoError> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.ok(isSottoError(error, code), `expected ${code}, got ${inspect(error)}`)
  const everything = `${inspect(error, { depth: 9, showHidden: true })}${JSON.stringify(error)}${String(error.stack)}${inspect(error.cause)}`
  for (const value of values) {
    for (const form of [value, encodeURIComponent(value), Buffer.from(value).toString('base64')])
      assert.ok(!everything.includes(form), `the error shows ${form}`)
  }
  return error
}

async function failing(faults: readonly Fault[], code: ErrorCode, path: string = getByName): Promise<SottoError> {
  await using fake = await startFakeMlflow()
  fake.fail(path, ...faults)
  const basic = Buffer.from(`${fake.username}:${fake.password}`).toString('base64')
  return await errorOf(openAt(fake), code, [fake.password, basic])
}

test('opens a run in the experiment of the pipeline, with tags that say where it comes from', async () => {
  await using fake = await startFakeMlflow()
  const run = await openAt(fake, { tags: { team: 'risk', size: 3 } })
  await run.finish('completed')
  assert.deepEqual(
    fake.requests.map(({ path }) => path),
    [getByName, 'mlflow/experiments/create', 'mlflow/runs/create', 'mlflow/runs/update'],
  )
  const created = JSON.parse(String(fake.requests[2]?.body)) as {
    run_name: string
    tags: { key: string; value: string }[]
  } // what we sent
  assert.equal(created.run_name, 'train 01990f3a')
  const tags = Object.fromEntries(created.tags.map(({ key, value }) => [key, value]))
  assert.equal(tags['sotto.run'], attempt.run)
  assert.equal(tags['sotto.step'], 'train')
  assert.equal(tags['sotto.attempt'], attempt.attempt)
  assert.equal(tags['mlflow.source.name'], 'churn/train')
  assert.equal(tags['team'], 'risk')
  assert.equal(tags['size'], '3')
  assert.equal(run.url, `${fake.url}/#/experiments/1/runs/${run.id}`)
})

test('a server that is away is unreachable, and the message names no credential', async () => {
  const fake = await startFakeMlflow()
  await fake[Symbol.asyncDispose]()
  const error = await errorOf(openAt(fake), 'tracker_unreachable', [fake.password])
  assert.match(
    error.message,
    /^experiment tracker "ml" could not find the experiment "churn": http:\/\/127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\)$/,
  )
  assert.match(error.hint ?? '', /tracking_uri: sotto experiment-tracker describe ml/)
})

test('401 names the attributes to check, 403 the missing permission, and neither shows what the server wrote', async () => {
  const echo = '{"error_code":"fake-password-of-mlflow","message":"fake-password-of-mlflow"}'
  const refused = await failing([{ status: 401, body: echo }], 'tracker_refused')
  assert.match(refused.message, /refused the credentials in tracking_username and tracking_password$/)
  const forbidden = await failing([{ status: 403, body: echo }], 'tracker_refused')
  assert.match(forbidden.message, /does not allow this to the user in tracking_username and tracking_password$/)
  const failed = await failing([{ status: 400, body: echo }], 'tracker_failed')
  assert.match(failed.message, /refused it: an unknown error code$/)
})

test('a server that wants credentials where the component has none gets the command that adds them', async () => {
  await using fake = await startFakeMlflow()
  const error = await errorOf(openMlflowRun(tracker({ tracking_uri: fake.url }), attempt, patience), 'tracker_refused')
  assert.match(error.message, /wants credentials, and the component has none/)
  assert.match(error.hint ?? '', /--tracking_username=\{\{NAME\.username\}\}/)
})

for (const [what, fault] of Object.entries({
  'an HTML page': { status: 200, body: '<!doctype html><h1>Welcome</h1>', headers: { 'content-type': 'text/html' } },
  'an HTML page with status 404': { status: 404, body: '<!doctype html><h1>Not found</h1>' },
  'JSON of another product': { status: 200, body: '{"status":"ok"}' },
  'JSON of another product with status 404': { status: 404, body: '{"detail":"Not Found"}' },
  'half a JSON document': { status: 200, body: '{"experiment":{"experiment_id":"1"' },
  'an id that is none': { status: 200, body: '{"experiment":{"experiment_id":"../../x","lifecycle_stage":"active"}}' },
} satisfies Record<string, Fault>)) {
  test(`${what} is unreachable: it answers, but is not MLflow`, async () => {
    assert.match((await failing([fault], 'tracker_unreachable')).message, /answers, but is not MLflow$/)
  })
}

test('something that does not speak HTTP is not MLflow', async () => {
  const server = createTcpServer((socket) => void socket.end('SSH-2.0-OpenSSH_9.6\r\n')).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number } // it listens on a port
  try {
    const plain = await errorOf(
      openMlflowRun(tracker({ tracking_uri: `http://127.0.0.1:${String(port)}` }), attempt, patience),
      'tracker_unreachable',
    )
    assert.match(plain.message, /answers, but is not MLflow$/)
    const secure = await errorOf(
      openMlflowRun(tracker({ tracking_uri: `https://127.0.0.1:${String(port)}` }), attempt, patience),
      'tracker_unreachable',
    )
    assert.match(secure.message, /has no TLS connection that can be trusted/)
  } finally {
    server.close()
  }
})

test('a certificate that nobody signed is refused, unless the component says not to verify it', async () => {
  await using fake = await startFakeMlflow(selfSigned)
  const error = await errorOf(openAt(fake), 'tracker_unreachable', [fake.password])
  assert.match(error.message, /has no TLS connection that can be trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\)$/)
  assert.match(error.hint ?? '', /NODE_EXTRA_CA_CERTS/)
  assert.equal(fake.requests.length, 0, 'no credential was sent')
  const run = await openAt(fake, { tracking_insecure_tls: 'true' })
  assert.equal(run.environment()['MLFLOW_TRACKING_INSECURE_TLS'], 'true')
  await run.finish('completed')
})

test('the environment of a command holds what the client of Python needs and no more', async () => {
  await using fake = await startFakeMlflow()
  const run = await openAt(fake)
  assert.deepEqual(run.environment(), {
    MLFLOW_TRACKING_URI: fake.url,
    MLFLOW_TRACKING_USERNAME: fake.username,
    MLFLOW_TRACKING_PASSWORD: fake.password,
    // What the shell of the user has of these must not go before ours.
    MLFLOW_TRACKING_TOKEN: undefined,
    MLFLOW_TRACKING_AUTH: undefined,
    MLFLOW_TRACKING_AWS_SIGV4: undefined,
    MLFLOW_EXPERIMENT_NAME: undefined,
    MLFLOW_TRACKING_INSECURE_TLS: 'false',
    MLFLOW_EXPERIMENT_ID: '1',
    MLFLOW_RUN_ID: run.id,
  })
})

test('a secret value in what MLflow shows is refused before anything is sent', async () => {
  await using fake = await startFakeMlflow()
  for (const more of [{ experiment_name: 'of hunter2' }, { tags: { note: 'hunter2' } }, { tags: { hunter2: 'x' } }]) {
    const error = await errorOf(openAt(fake, more), 'attribute_invalid', ['hunter2'])
    assert.match(error.message, /has a secret value in (experiment_name|tags), which MLflow shows to everybody$/)
  }
  assert.equal(fake.requests.length, 0)
  await (await openAt(fake, { experiment_name: 'churn', tags: { note: 'fine' } })).finish('completed')
})

test('an experiment that was deleted is named with the way to bring it back', async () => {
  const body = '{"experiment":{"experiment_id":"7","lifecycle_stage":"deleted"}}'
  const error = await failing([{ status: 200, body }], 'tracker_failed')
  assert.match(error.message, /has it among the deleted ones$/)
  assert.match(error.hint ?? '', /mlflow experiments restore --experiment-id 7/)
})

test('a child that cannot be created leaves no open parent behind', async () => {
  await using fake = await startFakeMlflow()
  const parent = { run: { info: { run_id: 'parent', artifact_uri: 'mlflow-artifacts:/1' } } }
  fake.fail('mlflow/runs/create', { status: 200, body: JSON.stringify(parent) }, { status: 503 })
  // The parent is only in the answer above, so that the fake finds no run under it.
  fake.fail('mlflow/runs/update', { status: 200, body: '{}' })
  await errorOf(openAt(fake, { nested: true }), 'tracker_unreachable')
  const update = fake.requests.findLast(({ path }) => path === 'mlflow/runs/update')
  const sent = JSON.parse(String(update?.body)) as { run_id: string; status: string } // what we sent
  assert.deepEqual([sent.run_id, sent.status], ['parent', 'FAILED'])
})

test('an answer that never ends is given up', async () => {
  assert.match((await failing(['hang'], 'tracker_unreachable')).message, /did not answer in time$/)
})

test('a redirect is not followed, to this host or another; no credential leaves', async () => {
  await using other = await startFakeMlflow()
  const error = await failing(
    [{ status: 302, headers: { location: `${other.url}/secret?token=1` } }],
    'tracker_unreachable',
  )
  assert.ok(error.message.endsWith(`redirects to ${other.url}; credentials do not follow it`), error.message)
  assert.equal(other.requests.length, 0)
  await failing([{ status: 308, headers: { location: '/elsewhere' } }], 'tracker_unreachable')
  assert.match(
    (await failing([{ status: 301, headers: { location: 'javascript:alert(1)' } }], 'tracker_unreachable')).message,
    /redirects to somewhere else/,
  )
})

test('a call that may be repeated survives a server in trouble and a broken connection', async () => {
  await using fake = await startFakeMlflow()
  fake.fail(getByName, { status: 500, body: '{"error_code":"INTERNAL_ERROR"}' }, 'reset')
  await (await openAt(fake)).finish('completed')
  assert.equal(fake.requests.filter(({ path }) => path === getByName).length, 3)
})

test('creating a run is never tried twice after the server got it', async () => {
  for (const fault of ['reset', { status: 503 }] as const) {
    await using fake = await startFakeMlflow()
    fake.fail('mlflow/runs/create', fault)
    await errorOf(openAt(fake), 'tracker_unreachable')
    assert.equal(fake.requests.filter(({ path }) => path === 'mlflow/runs/create').length, 1)
  }
})

test('metrics are not tried twice, parameters and tags are', async () => {
  await using fake = await startFakeMlflow()
  const run = await openAt(fake)
  const sent = (): number => fake.requests.filter(({ path }) => path === 'mlflow/runs/log-batch').length
  fake.fail('mlflow/runs/log-batch', { status: 503 })
  await errorOf(run.logMetrics({ loss: 1 }), 'tracker_unreachable')
  assert.equal(sent(), 1)
  fake.fail('mlflow/runs/log-batch', { status: 503 })
  await run.logParams({ lr: '0.1' })
  assert.equal(sent(), 3)
})

test('many entries go in requests of 1,000 metrics, 100 parameters and 100 tags, none over 1 MB', async () => {
  await using fake = await startFakeMlflow()
  const run = await openAt(fake)
  const entries = (count: number, value: string): Record<string, string> =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`n${String(at)}`, value]))
  const requestsOf = async (log: Promise<void>): Promise<readonly Buffer[]> => {
    const before = fake.requests.length
    await log
    return fake.requests.slice(before).map(({ body }) => body)
  }
  assert.equal(
    (await requestsOf(run.logMetrics(Object.fromEntries(Object.keys(entries(2500, '')).map((name) => [name, 1])))))
      .length,
    3,
  )
  assert.equal((await requestsOf(run.logParams(entries(201, 'x')))).length, 3)
  assert.equal((await requestsOf(run.setTags(entries(100, 'x')))).length, 1)
  const large = await requestsOf(run.setTags(entries(100, '€'.repeat(8000))))
  assert.equal(large.length, 3)
  for (const body of large) assert.ok(body.length < 1_000_000)
  assert.equal((await requestsOf(run.logParams({}))).length, 0)
})

test('names and values that MLflow would refuse or cut are refused, all at once', async () => {
  await using fake = await startFakeMlflow()
  const run = await openAt(fake)
  const error = await errorOf(
    run.logParams({ 'a!b': '1', ok: '1', '../up': '1', long: 'x'.repeat(6001), '': '1' }),
    'input_invalid',
  )
  assert.match(error.message, /"a!b".*"\.\.\/up".*"long" has a value of 6001 characters.*has no name/)
  await errorOf(run.logMetrics({ loss: 1 }, 0.5), 'input_invalid')
  for (const path of ['', '/abs', '../up', 'a//b', 'a/./b', 'a\\b', 'a\nb', 'q?', 'a%20b'])
    await errorOf(run.logArtifact(path, Buffer.of()), 'input_invalid')
})

test('artifacts go to the server only through its own proxy', async () => {
  for (const [root, place] of [
    ['s3://bucket/1', 's3'],
    ['/srv/mlruns/1', 'a folder'],
    ['mlflow-artifacts://evil.example/1', 'mlflow-artifacts'],
    ['http://evil.example/api/2.0/mlflow-artifacts/artifacts/1', 'http'],
  ] as const) {
    await using fake = await startFakeMlflow()
    fake.fail('mlflow/runs/create', {
      status: 200,
      body: JSON.stringify({ run: { info: { run_id: 'abc', artifact_uri: root } } }),
    })
    const run = await openAt(fake)
    const error = await errorOf(run.logArtifact('model.bin', Buffer.from('x')), 'tracker_failed')
    assert.ok(error.message.includes(`(${place})`), error.message)
  }
})

test('with nested, attempts of one run share a parent whose state follows from theirs', async () => {
  await using fake = await startFakeMlflow()
  const statuses = (): string[] =>
    fake.requests
      .filter(({ path }) => path === 'mlflow/runs/update')
      .map(({ body }) => (JSON.parse(String(body)) as { status: string }).status) // what we sent
  const component = trackerOf(fake, { nested: true })
  const first = await openMlflowRun(component, attempt, patience)
  const second = await openMlflowRun(component, { ...attempt, step: 'test', attempt: 'b' }, patience)
  await first.finish('failed')
  assert.deepEqual(statuses(), ['FAILED'], 'the parent stays open while a child runs')
  await second.finish('completed')
  assert.deepEqual(statuses().slice(1), ['FINISHED', 'FAILED'])
  const again = await openMlflowRun(component, { ...attempt, attempt: 'c' }, patience)
  await again.finish('completed')
  assert.deepEqual(statuses().slice(3), ['RUNNING', 'FINISHED', 'FINISHED'], 'the last attempt of a step counts')
  assert.equal(fake.requests.filter(({ path }) => path === 'mlflow/runs/create').length, 4)
})
