import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { CheckReport } from '@sotto/sdk/model'
import { asText, TestHome } from '../testing.ts'

/** A stack `prod` whose tracker refers to two keys of a secret that is not there. */
async function withProd(home: TestHome): Promise<void> {
  await home.ok(
    'experiment-tracker register mlflow --flavor=mlflow --tracking_uri=http://localhost --tracking_username={{mlflow_secret.username}} --tracking_password={{mlflow_secret.password}}',
  )
  await home.ok('stack register prod --from default --experiment-tracker=mlflow')
}

const values = '{"mlflow_secret":{"username":"admin","password":"00123"}}'

test('the active stack is there from the start, and another one can take its place', async () => {
  using home = new TestHome()
  assert.equal((await home.ok('stack active')).stdout, 'default\n')
  await withProd(home)
  assert.equal((await home.ok('stack set prod')).stderr, 'stack "prod" is active\n')
  assert.equal((await home.ok('stack active')).stdout, 'prod\n')
  assert.match(
    (await home.ok('stack list')).stdout,
    /^\* +prod +artifact-store default, experiment-tracker mlflow, orchestrator default$/m,
  )
  await home.ok('stack copy prod staging')
  await home.ok('stack rename staging stage')
  await home.ok('stack update stage --experiment-tracker=')
  assert.doesNotMatch((await home.ok('stack describe stage')).stdout, /mlflow/)
  assert.match((await home.ok('stack delete stage')).stderr, /deleted stack "stage"/)
})

test('a check tells every problem at once with its place and the command, and ends with 7', async (context) => {
  using home = new TestHome()
  await withProd(home)
  const ran = await home.run(['stack', 'check', 'prod'])
  assert.equal(ran.code, 7)
  assert.equal(ran.stdout, '')
  context.assert.snapshot(ran.stderr, asText)
  const asJson = await home.run(['stack', 'check', 'prod', '--json'])
  assert.equal(asJson.code, 7)
  const report = JSON.parse(asJson.stdout) as CheckReport // asserted below
  assert.deepEqual(
    report.items.map(({ outcome }) => outcome),
    ['secret missing', 'secret missing'],
  )
  assert.match(asJson.stderr, /^\{"code":"check_failed",/)
})

test('levels come from the option, then SOTTO_, then ZENML_SECRET_VALIDATION_LEVEL, and an unknown one is refused', async () => {
  using home = new TestHome()
  await withProd(home)
  const code = async (argv: string, env: Record<string, string>): Promise<number> =>
    (await home.run(`stack check prod ${argv}`.trim().split(' '), { env })).code
  assert.equal(await code('', { ZENML_SECRET_VALIDATION_LEVEL: 'NONE' }), 0)
  assert.equal(
    await code('', { ZENML_SECRET_VALIDATION_LEVEL: 'NONE', SOTTO_SECRET_VALIDATION_LEVEL: 'SECRET_EXISTS' }),
    7,
  )
  assert.equal(await code('--level NONE', { SOTTO_SECRET_VALIDATION_LEVEL: 'SECRET_EXISTS' }), 0)
  assert.equal(await code('', { SOTTO_SECRET_VALIDATION_LEVEL: 'none' }), 2)
  await home.ok('secret create mlflow_secret --other=1')
  assert.equal(await code('--level SECRET_EXISTS', {}), 0)
  assert.equal(await code('', {}), 7)
})

test('missing secrets are registered from a file, from standard input, and from the environment', async () => {
  const doors = {
    json: { argv: ['--values', '@secrets'], stdin: '', env: {} },
    flat: { argv: ['--values=mlflow_secret.username: admin\nmlflow_secret.password: 00123'], stdin: '', env: {} },
    piped: { argv: ['--values', '@-'], stdin: 'mlflow_secret: {username: admin, password: 00123}', env: {} },
    env: {
      argv: ['--from-env', '--scope', 'workspace'],
      stdin: '',
      env: { MLFLOW_SECRET_USERNAME: 'admin', MLFLOW_SECRET_PASSWORD: '00123' },
    },
  }
  for (const [door, { argv, stdin, env }] of Object.entries(doors)) {
    using home = new TestHome()
    await withProd(home)
    writeFileSync(join(home.folder, 'secrets'), values)
    const ran = await home.run(['stack', 'register-secrets', 'prod', ...argv], { stdin, env })
    assert.equal(ran.code, 0, `${door}: ${ran.stderr}`)
    assert.match(ran.stderr, /is ready: every reference can be resolved/)
    assert.equal((await home.ok('secret get mlflow_secret password')).stdout, '00123')
    assert.equal(
      (await home.json<{ scope: string }>('secret describe mlflow_secret')).scope,
      door === 'env' ? 'workspace' : 'user',
    )
    await home.ok('stack check prod')
  }
})

test('values for nobody, twice, nested or null are refused and nothing is written', async () => {
  using home = new TestHome()
  await withProd(home)
  const cases: readonly (readonly [string, RegExp])[] = [
    ['{"mlflow_secret":{"pasword":"hunter2"}}', /does not refer to "mlflow_secret.pasword"/],
    [
      '{"mlflow_secret":{"password":"hunter2"},"mlflow_secret.password":"hunter2"}',
      /"mlflow_secret.password" is given twice/,
    ],
    ['{"mlflow_secret":{"password":{"a":"hunter2"}}}', /"mlflow_secret"\."password"\."a" is nested data/],
    ['{"mlflow_secret":{"password":null}}', /is null/],
    ['{"mlflow_secret":"hunter2"}', /"mlflow_secret" names no key/],
  ]
  for (const [text, message] of cases) {
    const ran = await home.run(['stack', 'register-secrets', 'prod', `--values=${text}`])
    assert.equal(ran.code, 2, ran.stderr)
    assert.match(ran.stderr, message)
    assert.doesNotMatch(ran.stderr, /hunter2/)
  }
  assert.match((await home.run(['stack', 'register-secrets', 'prod'])).stderr, /no terminal/)
  assert.match((await home.run(['stack', 'register-secrets', 'prod', '--values=a', '--from-env'])).stderr, /together/)
  assert.equal((await home.json<{ items: [] }>('secret list')).items.length, 0)
})

test('what stays missing is told and ends with 7', async () => {
  using home = new TestHome()
  await withProd(home)
  const ran = await home.run(['stack', 'register-secrets', 'prod', '--from-env'], {
    env: { MLFLOW_SECRET_USERNAME: 'admin' },
  })
  assert.equal(ran.code, 7)
  assert.match(ran.stderr, /not set: MLFLOW_SECRET_PASSWORD/)
  assert.match(ran.stderr, /tracking_password {2}\{\{mlflow_secret\.password\}\} {2}key missing/)
})

test('on a terminal each value is asked for once, grouped by secret, with what uses it', async (context) => {
  using home = new TestHome()
  await withProd(home)
  writeFileSync(join(home.folder, 'f'), 'from file')
  const asked = await home.run(['stack', 'register-secrets', 'prod'], {
    terminal: true,
    stdin: 'workspace\rhunter2\r@missing\r@f\r',
  })
  assert.equal(asked.code, 0, asked.stderr)
  assert.doesNotMatch(asked.stderr, /hunter2|from file/)
  context.assert.snapshot(asked.stderr.replaceAll('\u001b[?2004h', '').replaceAll('\u001b[?2004l', ''), asText)
  assert.deepEqual(
    [
      (await home.ok('secret get mlflow_secret username')).stdout,
      (await home.ok('secret get mlflow_secret password')).stdout,
    ].toSorted(),
    ['from file', 'hunter2'],
  )
  assert.equal((await home.json<{ scope: string }>('secret describe mlflow_secret')).scope, 'workspace')

  const kept = await home.run(['stack', 'register-secrets', 'prod'], { terminal: true, stdin: '\rchanged\r' })
  assert.equal(kept.code, 0, kept.stderr)
  assert.match(kept.stderr, /exists; empty keeps it/)
  assert.equal((await home.json<{ version: number }>('secret describe mlflow_secret')).version, 2)
  const nothing = await home.run(['stack', 'register-secrets', 'prod', '--skip-existing'], { terminal: true })
  assert.equal(nothing.code, 0)
  assert.doesNotMatch(nothing.stderr, /Values do not show/)
})

test('Ctrl-C in the middle writes nothing', async () => {
  using home = new TestHome()
  await withProd(home)
  const ran = await home.run(['stack', 'register-secrets', 'prod'], { terminal: true, stdin: '\rhunter2\r\u0003' })
  assert.equal(ran.code, 130)
  assert.equal((await home.json<{ items: [] }>('secret list')).items.length, 0)
})

test('a secret that is used is deleted or renamed only with a yes, after what breaks was shown', async () => {
  using home = new TestHome()
  await withProd(home)
  await home.run(['stack', 'register-secrets', 'prod', `--values=${values}`])
  for (const argv of [
    ['secret', 'delete', 'mlflow_secret'],
    ['secret', 'rename', 'mlflow_secret', 'other'],
  ]) {
    const refused = await home.run(argv)
    assert.equal(refused.code, 6)
    assert.match(refused.stderr, /experiment-tracker mlflow {2}tracking_password {2}\{\{mlflow_secret\.password\}\}/)
    const no = await home.run(argv, { terminal: true, stdin: 'n\r' })
    assert.equal(no.code, 130)
    assert.match(no.stderr, /is used by 2 references/)
  }
  await home.ok('secret delete mlflow_secret --yes')
})

test('settings override attributes by their type, and null removes one', async () => {
  using home = new TestHome()
  await withProd(home)
  await home.run([
    'stack',
    'settings',
    'set',
    'prod',
    '--experiment-tracker.experiment_name=123',
    '--experiment-tracker.nested=true',
    '--declared-secrets=required',
  ])
  const settings = async (): Promise<object> => (await home.json<{ settings: object }>('stack describe prod')).settings
  assert.deepEqual(await settings(), {
    'declared-secrets': 'required',
    'experiment-tracker.experiment_name': '123',
    'experiment-tracker.nested': true,
  })
  await home.ok('stack settings set prod --declared-secrets=null')
  assert.deepEqual(Object.keys(await settings()), ['experiment-tracker.experiment_name', 'experiment-tracker.nested'])
  assert.equal(
    (await home.run(['stack', 'settings', 'set', 'prod', '--experiment-tracker.experiment_name={{broken'])).code,
    2,
  )
})

test('components that are no types, or not there, are refused with the nearest', async () => {
  using home = new TestHome()
  assert.match(
    (await home.run(['stack', 'register', 's', '--orchestrater=default'])).stderr,
    /no type of component\nnext: did you mean --orchestrator\?/,
  )
  assert.equal(
    (await home.run(['stack', 'register', 's', '--orchestrator=nothing', '--artifact-store=default'])).code,
    3,
  )
  assert.equal((await home.run(['stack', 'check', 'nothing'])).code, 3)
})
