import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSottoError } from '@sotto/sdk/model'
import type { Api, CheckInput, CheckItem, JsonObject } from '@sotto/sdk/model'
import { addPrincipal, apiOf, testFlavors, texts, watchedStore } from './reference-testing.ts'
import { openTestService, withCode } from '../testing.ts'
import type { TestService } from '../testing.ts'

const type = 'experiment-tracker'

/** A stack `prod`, active, whose tracker has these attributes. */
async function withTracker(t: Parameters<typeof openTestService>[0], attributes: JsonObject): Promise<TestService> {
  const service = await openTestService(t, { flavors: testFlavors })
  const { api } = service
  await api.registerComponent({
    type,
    name: 'mlflow',
    flavor: 'mlflow',
    attributes: { tracking_uri: 'http://h', ...attributes },
  })
  await api.registerStack({ name: 'prod', from: 'default', components: { [type]: 'mlflow' } })
  await api.activateStack({ stack: 'prod' })
  return service
}

/** Outcomes by place and path. */
async function outcomes(api: Api, input: CheckInput = {}): Promise<{ readonly [at: string]: string }> {
  const { items } = await api.checkReferences(input)
  return Object.fromEntries(
    items.map(({ place, path, reference, outcome }) => [`${place}: ${path} ${reference}`.trim(), outcome]),
  )
}

function only(items: readonly CheckItem[]): CheckItem {
  assert.equal(items.length, 1)
  return items[0]!
}

test('every problem comes at once, with place, path, reason and the command that mends it', async (t) => {
  const { api } = await withTracker(t, {
    tracking_uri: '',
    tracking_username: '{{mlflow_secret.user}}',
    tracking_password: '{{mlflow_secret.password@7}}',
    tags: { a: ['{{none.x}}', '{{mlflow_secret.username}}'] },
  })
  await api.createSecret({ name: 'mlflow_secret', values: texts({ username: 'a', password: 'b' }) })
  const report = await api.checkReferences({
    settings: [{ place: 'step train', settings: { [`${type}.tags`]: { x: '{{ a' } } }],
    secrets: [
      { place: 'step load', name: 'crm', keys: ['password'] },
      { place: 'step load', name: 'mlflow_secret', keys: ['pasword', 'username'] },
    ],
  })
  assert.equal(report.ok, false)
  assert.equal(report.stack, 'prod')
  assert.deepEqual(
    report.items.map(({ place, path, reference, outcome, next }) => [place, path, reference, outcome, next]),
    [
      [`${type} mlflow`, 'tags.a[0]', '{{none.x}}', 'secret missing', 'sotto stack register-secrets prod'],
      [`${type} mlflow`, 'tags.a[1]', '{{mlflow_secret.username}}', 'ok', undefined],
      [
        `${type} mlflow`,
        'tracking_password',
        '{{mlflow_secret.password@7}}',
        'version missing',
        'sotto secret history mlflow_secret',
      ],
      [`${type} mlflow`, 'tracking_uri', '', 'attribute missing', `sotto ${type} update mlflow --tracking_uri=...`],
      [
        `${type} mlflow`,
        'tracking_username',
        '{{mlflow_secret.user}}',
        'key missing',
        'sotto stack register-secrets prod',
      ],
      ['step train', `${type}.tags.x`, '', 'malformed', 'sotto help references'],
      ['step load', 'secrets', '{{crm.password}}', 'secret missing', 'sotto secret create crm -i'],
      ['step load', 'secrets', '{{mlflow_secret.pasword}}', 'key missing', 'sotto secret set mlflow_secret -i'],
      ['step load', 'secrets', '{{mlflow_secret.username}}', 'ok', undefined],
    ],
  )
  assert.equal(report.items.at(-2)?.note, 'did you mean "password"?')
})

test('without a problem it is ok, and a user secret that hides a workspace secret is noted', async (t) => {
  const { api } = await withTracker(t, { tracking_password: '{{s.k}}' })
  await api.createSecret({ name: 's', scope: 'workspace', values: texts({ k: 'w' }) })
  const before = await api.checkReferences({})
  assert.deepEqual([before.ok, only(before.items).scope, only(before.items).note], [true, 'workspace', undefined])
  await api.createSecret({ name: 's', values: texts({ k: 'u' }) })
  const after = await api.checkReferences({})
  assert.deepEqual([after.ok, only(after.items).scope], [true, 'user'])
  assert.match(only(after.items).note ?? '', /hides the workspace secret/)
})

test('levels: existence alone, or nothing at all', async (t) => {
  const { api, withRule } = await withTracker(t, { tracking_password: '{{s.k}}', tracking_username: '{{gone.k}}' })
  await api.createSecret({ name: 's', scope: 'workspace', values: texts({ other: 'x' }) })
  const level = async (name: CheckInput['level'], by = api): Promise<unknown> => {
    const { ok, items } = await by.checkReferences({ level: name })
    return [ok, ...items.map(({ outcome }) => outcome)]
  }
  assert.deepEqual(await level('SECRET_AND_KEY_EXISTS'), [false, 'key missing', 'secret missing'])
  assert.deepEqual(await level('SECRET_EXISTS'), [false, 'ok', 'secret missing'])
  assert.deepEqual(await level('NONE'), [true, 'not checked', 'not checked'])
  const lister = withRule((_principal, right) => right === 'describe')
  assert.deepEqual(await level('SECRET_EXISTS', lister), [false, 'ok', 'secret missing'])
  assert.deepEqual(await level('SECRET_AND_KEY_EXISTS', lister), [false, 'not readable', 'secret missing'])
  await assert.rejects(api.checkReferences({ level: 'SOME' as 'NONE' }), withCode('level_unknown')) // from outside
})

test('an overridden attribute counts no more; each step has its own overrides', async (t) => {
  const { api } = await withTracker(t, { tracking_password: '{{a.component}}' })
  const password = `${type}.tracking_password`
  assert.deepEqual(Object.keys(await outcomes(api)), [`${type} mlflow: tracking_password {{a.component}}`])
  await api.updateStackSettings({ stack: 'prod', settings: { [password]: '{{a.stack}}' } })
  assert.deepEqual(Object.keys(await outcomes(api)), [`stack prod: ${password} {{a.stack}}`])
  const pipeline = { place: 'pipeline churn', settings: { [password]: '{{a.pipeline}}' } }
  assert.deepEqual(Object.keys(await outcomes(api, { settings: [pipeline] })), [
    `pipeline churn: ${password} {{a.pipeline}}`,
  ])
  const steps = [
    { place: 'step one', settings: { [password]: '{{a.one}}' } },
    { place: 'step two', settings: { [password]: 'in clear', [`${type}.tags`]: { x: '{{a.two}}' } } },
  ]
  assert.deepEqual(Object.keys(await outcomes(api, { settings: [pipeline, ...steps] })), [
    `pipeline churn: ${password} {{a.pipeline}}`,
    `step one: ${password} {{a.one}}`,
    `step two: ${type}.tags.x {{a.two}}`,
  ])
})

test('settings that override nothing count where they stand; variables of a command have any name', async (t) => {
  const { api } = await withTracker(t, {})
  const settings = [
    { place: 'pipeline churn', settings: { 'alerter.token': '{{a.b}}', 'declared-secrets': 'required' } },
    {
      place: 'exec',
      settings: { DATABASE_URL: 'postgres://{{db.user}}:{{db.password}}@h', 'orchestrator.queue': '{{a.q}}' },
    },
  ]
  assert.deepEqual(Object.keys(await outcomes(api, { stack: null, settings })), [
    'pipeline churn: alerter.token {{a.b}}',
    'exec: DATABASE_URL {{db.user}}',
    'exec: DATABASE_URL {{db.password}}',
    'exec: orchestrator.queue {{a.q}}',
  ])
  const wrong = [
    { place: 'pipeline churn', settings: { [`${type}.trackin_uri`]: 'x', verbose: true } },
    { place: 'step a', settings: { 'declared-secrets': 'no' } },
  ]
  await assert.rejects(api.checkReferences({ settings: wrong }), (error) => {
    assert.ok(isSottoError(error, 'attribute_invalid'))
    assert.equal((error.details['problems'] as string[]).length, 3)
    return true
  })
})

test('a secret that the asker may not describe looks missing, and is not suggested', async (t) => {
  const service = await withTracker(t, { tracking_password: '{{hidden.k}}', tracking_username: '{{hiddem.k}}' })
  await service.api.createSecret({ name: 'hidden', scope: 'workspace', values: texts({ k: 'v' }) })
  const blind = service.withRule((_principal, _right, { name }) => name !== 'hidden')
  const { items } = await blind.checkReferences({})
  assert.deepEqual(
    items.map(({ outcome, note, scope }) => [outcome, note, scope]),
    [
      ['secret missing', undefined, undefined],
      ['secret missing', undefined, undefined],
    ],
  )
  const seen = await service.api.checkReferences({})
  assert.equal(seen.items[1]?.note, 'did you mean "hidden"?')
})

test('two keys: a workspace secret goes only where everybody who wrote the component may read it', async (t) => {
  const service = await withTracker(t, { tracking_password: '{{s.k}}' })
  await service.api.createSecret({ name: 's', scope: 'workspace', values: texts({ k: 'v' }) })
  const mallory = await addPrincipal(service, 'mallory')
  const access = (principal: { id: string }, right: string, { kind }: { kind: string }): boolean =>
    !(principal.id === mallory && kind === 'secret' && right === 'read')
  const [mine, theirs] = [apiOf(service, { access }), apiOf(service, { access, principalId: mallory })]
  assert.equal((await mine.checkReferences({})).ok, true)
  // The address alone is enough to send the password elsewhere.
  await theirs.updateStackSettings({ stack: 'prod', settings: { [`${type}.tracking_uri`]: 'http://evil' } })
  const refused = only((await mine.checkReferences({})).items)
  assert.deepEqual([refused.outcome, refused.next], ['not trusted', 'sotto stack adopt prod'])
  await assert.rejects(mine.resolveReferences({ components: [type] }), withCode('check_failed'))
  // What overrides it takes its author out again.
  const settings = [{ place: 'pipeline p', settings: { [`${type}.tracking_uri`]: 'http://h' } }]
  assert.equal((await mine.checkReferences({ settings })).ok, true)
  assert.equal(only((await theirs.checkReferences({ stack: 'prod', settings })).items).outcome, 'not readable')
})

test('two keys: a user secret goes only where its owner wrote', async (t) => {
  const service = await withTracker(t, { tracking_password: '{{s.k}}' })
  await service.api.createSecret({ name: 's', values: texts({ k: 'v' }) })
  assert.equal((await service.api.checkReferences({})).ok, true)
  const other = apiOf(service, { principalId: await addPrincipal(service, 'mallory') })
  assert.equal(only((await other.checkReferences({ stack: 'prod' })).items).outcome, 'secret missing')
  await other.updateComponent({ type, component: 'mlflow', attributes: { tracking_uri: 'http://evil' } })
  assert.equal(only((await service.api.checkReferences({})).items).outcome, 'not trusted')
})

test('10,000 references are one transaction of few statements, and no blob is read', async (t) => {
  const service = await withTracker(t, {})
  const secrets = Array.from({ length: 500 }, (_, index) => ({
    name: `s${String(index)}`,
    values: texts({ a: 'x', b: 'y' }),
  }))
  await service.api.setSecrets({ secrets })
  const tags = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, index) => [
      `t${String(index)}`,
      `{{s${String(index % 500)}.${index % 2 === 0 ? 'a' : 'b'}}}`,
    ]),
  )
  await service.api.updateComponent({ type, component: 'mlflow', attributes: { tags } })
  // Values that nothing could open, and then none at all.
  await service.sql("UPDATE secret_value SET blob = x'00'")
  const { store, statements } = watchedStore(service.store)
  const report = await apiOf(service, { store }).checkReferences({})
  assert.deepEqual([report.ok, report.items.length], [true, 10_000])
  assert.ok(statements.length <= 20, `${String(statements.length)} statements`)
  assert.ok(!statements.some((sql) => sql.includes('secret_value')))
  await assert.rejects(service.api.resolveReferences({ components: [type] }), withCode('value_corrupt'))
})

test('a changed row of anything that decides is refused', async (t) => {
  const tampers = [
    "UPDATE secret SET name = 's' WHERE name = 'other'",
    'UPDATE secret SET scope_owner = scope_owner || 0',
    "UPDATE secret_version SET keys = '[]'",
    "UPDATE component SET attributes = replace(attributes, 's.k', 's.x')",
    "UPDATE stack SET settings = '{}' WHERE name = 'prod'",
    "UPDATE preference SET value = 'x'",
    'DELETE FROM secret_value; DELETE FROM secret_version',
  ]
  for (const tamper of tampers) {
    const { api, sql } = await withTracker(t, { tracking_password: '{{s.k}}' })
    await api.updateStackSettings({ stack: 'prod', settings: { 'declared-secrets': 'required' } })
    for (const name of tamper.includes('other') ? ['other'] : ['s'])
      await api.createSecret({ name, values: texts({ k: 'v' }) })
    if (tamper.includes('scope_owner')) {
      await sql(tamper)
      assert.equal((await api.checkReferences({})).ok, false, tamper)
      continue
    }
    for (const statement of tamper.split(';')) await sql(statement)
    await assert.rejects(api.checkReferences({}), withCode('row_altered'), tamper)
  }
})

test('a stack that is not there is named; none at all is asked for with null', async (t) => {
  const { api } = await withTracker(t, {})
  await assert.rejects(api.checkReferences({ stack: 'prd' }), /did you mean "prod"/)
  assert.deepEqual(await api.checkReferences({ stack: null }), {
    level: 'SECRET_AND_KEY_EXISTS',
    stack: null,
    ok: true,
    principal: 'local',
    items: [],
  })
})
