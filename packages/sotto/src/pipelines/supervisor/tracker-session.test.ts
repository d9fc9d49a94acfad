// The tracker here is a fake product; the one against a real MLflow lies with its integration.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { isSottoError, SottoError } from '@sotto/sdk/model'
import { makeTestProject, PASSWORD } from '../../../../../test/support/pipeline-project.ts'
import type { TestProject } from '../../../../../test/support/pipeline-project.ts'
import type { TrackerProvider } from '../tracker.ts'

const calls: unknown[][] = []
let broken: 'open' | 'finish' | 'log' | undefined

const provider: TrackerProvider = {
  flavor: 'mlflow',
  async open(component, attempt) {
    if (broken === 'open') throw new SottoError('tracker_unreachable', 'the tracker is away')
    calls.push(['open', component.attributes['tracking_password'], attempt.step])
    return {
      id: 'run-1',
      url: 'http://tracker/run-1',
      logMetrics: async (metrics, step) => {
        if (broken === 'log') throw new SottoError('tracker_refused', 'the tracker refused')
        await new Promise((resolve) => {
          setTimeout(resolve, 20)
        })
        calls.push(['metrics', metrics, step])
      },
      logParams: async (params) => {
        calls.push(['params', params])
      },
      setTags: async (tags) => {
        calls.push(['tags', tags])
      },
      logArtifact: async (path, data) => {
        calls.push(['artifact', path, Buffer.from(data).toString()])
      },
      environment: () => ({
        MLFLOW_TRACKING_TOKEN: undefined,
        MLFLOW_RUN_ID: 'run-1',
        MLFLOW_TRACKING_PASSWORD: PASSWORD,
      }),
      finish: async (state) => {
        if (broken === 'finish') throw new SottoError('tracker_unreachable', 'the tracker is away')
        calls.push(['finish', state])
      },
    }
  },
}

let project: TestProject
before(async () => {
  project = await makeTestProject([provider])
  await project.api.registerComponent({
    type: 'experiment-tracker',
    name: 'mlflow',
    flavor: 'mlflow',
    attributes: {
      tracking_uri: 'http://tracker',
      tracking_username: '{{crm.username}}',
      tracking_password: '{{crm.password}}',
    },
  })
  await project.api.registerStack({ name: 'tracked', from: 'default', components: { 'experiment-tracker': 'mlflow' } })
  project.write(
    'tracked.ts',
    `import { command, output, pipeline, secret, step } from 'sotto/pipelines'
const logs = step('logs', { tracker: true, secrets: { crm: secret('crm', 'password') } }, async (_, { tracker, secrets }) => {
  tracker.logMetric('loss', 0.5, 1)
  const password = secrets.crm.password.reveal()
  await tracker.logParams({ lr: 0.1, url: 'http://admin:' + password + '@db', list: [1] })
  await tracker.setTag('note', password)
  await tracker.logArtifact('report/a.txt', 'it was ' + password)
  tracker.logMetrics({ last: 1 })
  return [tracker.id, tracker.url]
})
const quiet = command('quiet', { run: ['sh', '-c', 'env | grep MLFLOW; exit 0'], inputs: ['x'] })
const joins = command('joins', { run: ['sh', '-c', 'env | grep MLFLOW_'], tracker: true })
export const a = pipeline('logs', () => { const x = logs(); quiet({ x }); return x })
export const b = pipeline('joins', () => joins())
const fails = step('fails', { tracker: true }, () => { throw new Error('no') })
export const c = pipeline('fails', () => fails())
const bad = step('bad', { tracker: true }, async (_, { tracker }) => { await tracker.logMetric('loss', NaN) })
export const d = pipeline('bad', () => bad())
const escapes = step('escapes', { tracker: true }, async (_, { tracker }) => { await tracker.logArtifact('../a', 'x') })
export const e = pipeline('escapes', () => escapes())
const waits = step('waits', { tracker: true }, async () => { await new Promise((resolve) => setTimeout(resolve, 20000)) })
export const f = pipeline('waits', () => waits())
`,
  )
})
after(async () => {
  await project.close()
})

async function run(name: string, options: Parameters<TestProject['run']>[2] = {}): ReturnType<TestProject['run']> {
  calls.length = 0
  return await project.run(`${project.folder}/tracked.ts`, name, { stack: 'tracked', ...options })
}

test('what a step logs arrives in order, masked, and all of it before the run is closed', async () => {
  const { finished, error, log } = await run('logs')
  assert.equal(error, undefined)
  assert.deepEqual(finished?.result, ['run-1', 'http://tracker/run-1'])
  assert.deepEqual(calls, [
    ['open', PASSWORD, 'logs'],
    ['metrics', { loss: 0.5 }, 1],
    ['params', { lr: '0.1', url: 'http://admin:***@db', list: '[1]' }],
    ['tags', { note: '***' }],
    ['artifact', 'report/a.txt', 'it was ***'],
    ['metrics', { last: 1 }, undefined],
    ['finish', 'completed'],
  ])
  // The next step declares no tracker.
  assert.equal(log, '')
})

test('a command that declares the tracker joins its run by variables, and inherits none that would go before them', async () => {
  const { error, log } = await run('joins', { env: { ...project.env, MLFLOW_TRACKING_TOKEN: 'of-the-shell' } })
  assert.equal(error, undefined)
  assert.deepEqual(log.trim().split('\n').toSorted(), ['MLFLOW_RUN_ID=run-1', 'MLFLOW_TRACKING_PASSWORD=***'])
})

test('the run at the product is closed with the state of the attempt', async () => {
  await run('fails')
  assert.deepEqual(calls.at(-1), ['finish', 'failed'])
  const controller = new AbortController()
  await run('waits', {
    signal: controller.signal,
    observer: (event) => {
      if (event.kind === 'tracked')
        setTimeout(() => {
          controller.abort()
        }, 300)
    },
  })
  assert.deepEqual(calls.at(-1), ['finish', 'cancelled'])
})

test('what no tracker could keep is refused by name', async () => {
  assert.match(String((await run('bad')).error), /metric "loss" is not a finite number/)
  assert.match(String((await run('escapes')).error), /is not relative and plain/)
})

test('a tracker that is away or refuses fails the step with its reason', async () => {
  for (const [how, message] of [
    ['open', /is away/],
    ['log', /refused/],
    ['finish', /is away/],
  ] as const) {
    broken = how
    const { error, detail } = await run('logs')
    broken = undefined
    assert.ok(isSottoError(error, 'step_failed'))
    assert.match(error.message, message)
    assert.equal(detail?.attempts[0]?.state, 'failed')
  }
})
