import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSottoError } from '@sotto/sdk/model'
import type { JsonObject } from '@sotto/sdk/model'
import { testFlavors, texts } from './reference-testing.ts'
import { openTestService, withCode } from '../testing.ts'
import type { TestService } from '../testing.ts'

const type = 'experiment-tracker'

async function withTracker(t: Parameters<typeof openTestService>[0], attributes: JsonObject): Promise<TestService> {
  const service = await openTestService(t, { flavors: testFlavors })
  await service.api.registerComponent({
    type,
    name: 'mlflow',
    flavor: 'mlflow',
    attributes: { tracking_uri: 'http://h', ...attributes },
  })
  await service.api.registerStack({ name: 'prod', from: 'default', components: { [type]: 'mlflow' } })
  await service.api.activateStack({ stack: 'prod' })
  return service
}

test('references are substituted once, typed as the flavor says, with settings applied and defaults added', async (t) => {
  const { api } = await withTracker(t, {
    tracking_username: 'u-{{s.user}}',
    tracking_password: '{{s.tricky}}',
    nested: '{{s.yes}}',
    retries: '{{s.three}}0',
    hosts: '{{s.list}}',
    tracking_uri: String.raw`http://\{{x}}/{{s.user}}`,
  })
  const values = { user: 'ann', tricky: '{{s.user}}', yes: 'True', three: '3', list: '["a", {"b": 1}]' }
  await api.createSecret({ name: 's', values: texts(values) })
  const { components, settings } = await api.resolveReferences({
    components: [type],
    settings: [
      { place: 'pipeline p', settings: { 'alerter.token': '{{s.three}}', [`${type}.tracking_username`]: 'x' } },
      { place: 'step s', settings: { [`${type}.tracking_username`]: ['{{s.user}}'].join('') } },
    ],
  })
  assert.deepEqual(components, [
    {
      type,
      name: 'mlflow',
      flavor: 'mlflow',
      attributes: {
        tags: {},
        tracking_username: 'ann',
        tracking_password: '{{s.user}}',
        nested: true,
        retries: 30,
        hosts: ['a', { b: 1 }],
        tracking_uri: 'http://{{x}}/ann',
      },
    },
  ])
  assert.deepEqual(settings, [
    { place: 'pipeline p', settings: { 'alerter.token': '3' } },
    { place: 'step s', settings: {} },
  ])
})

test('only asked types and declared keys are read; every value read is handed to the redactor', async (t) => {
  const { api } = await withTracker(t, { tracking_password: '{{s.a}}' })
  await api.createSecret({ name: 's', values: texts({ a: '1', b: '2', c: '3' }), plain: ['b'] })
  const nothing = await api.resolveReferences({})
  assert.deepEqual(nothing, { components: [], settings: [], secrets: [], revealed: [] })
  const { secrets, revealed } = await api.resolveReferences({
    components: [type],
    secrets: [
      { place: 'step x', name: 's', keys: ['b'] },
      { place: 'step x', name: 's', keys: ['a', 'b'], version: 1 },
    ],
  })
  assert.deepEqual(
    secrets.map((secret) => [Object.keys(secret.values), secret.plain, secret.version]),
    [
      [['b'], ['b'], 1],
      [['a', 'b'], ['b'], 1],
    ],
  )
  assert.deepEqual(
    revealed.map(({ label, value, plain }) => [label, value.data, plain]),
    [
      ['s.a', '1', false],
      ['s.b', '2', true],
    ],
  )
})

test('one event for each secret version lists its keys; a refusal is one event that names no value', async (t) => {
  const { api } = await withTracker(t, { tracking_password: '{{s.a}}', tracking_username: '{{s.b@1}}' })
  await api.createSecret({ name: 's', values: texts({ a: '1', b: '2' }) })
  await api.updateSecret({ secret: 's', values: texts({ a: 'hunter2' }) })
  await api.resolveReferences({ components: [type], secrets: [{ place: 'exec', name: 's', keys: ['b'] }] })
  const { items } = await api.listAudit({ operation: 'resolveReferences' })
  assert.deepEqual(
    items.map(({ object, outcome, detail }) => [object, outcome, detail['version'], detail['keys']]).toReversed(),
    [
      ['secret s', 'done', 2, ['a', 'b']],
      ['secret s', 'done', 1, ['b']],
    ].toSorted((a, b) => Number(a[2] === 1) - Number(b[2] === 1)),
  )
  await api.updateSecret({ secret: 's', remove: ['a'] })
  await assert.rejects(api.resolveReferences({ components: [type] }), (error) => {
    assert.ok(isSottoError(error, 'check_failed'))
    assert.deepEqual(error.details['references'], [`${type} mlflow tracking_password  {{s.a}}  key missing`])
    assert.equal(error.hint, 'sotto stack register-secrets prod')
    assert.doesNotMatch(JSON.stringify(error), /hunter2/)
    return true
  })
  const [refused] = (await api.listAudit({ outcome: 'refused' })).items
  assert.deepEqual([refused?.object, refused?.detail['code']], ['stack prod', 'check_failed'])
})

test('what the components of a step refer to is recorded as declared, and anything else as undeclared', async (t) => {
  const { api, advance } = await withTracker(t, { tracking_password: '{{s.a}}' })
  await api.createSecret({ name: 's', values: texts({ a: '1', b: '2' }) })
  const run = await api.createRun({
    pipeline: 'churn',
    stack: 'prod',
    parameters: {},
    plan: {},
    level: 'SECRET_AND_KEY_EXISTS',
    requirements: {},
  })
  const attempt = await api.startAttempt({ run: run.id, step: 'train', components: [type] })
  await api.resolveReferences({ attempt: attempt.id, components: [type] })
  advance(1)
  await api.resolveReferences({ attempt: attempt.id, secrets: [{ place: 'step train', name: 's', keys: ['b'] }] })
  const { reads } = await api.listRunSecrets({ run: run.id })
  assert.deepEqual(
    reads.map(({ secret, version, keys, declared }) => [secret, version, keys, declared]),
    [
      ['s', 1, ['a'], true],
      ['s', 1, ['b'], false],
    ],
  )
})

test('bytes stand in a text where they are UTF-8; elsewhere, and where a type does not fit, no value is told', async (t) => {
  const { api } = await withTracker(t, { tracking_password: 'x{{s.text}}' })
  const bytes = (text: string, encoding: BufferEncoding): { encoding: 'base64'; data: string } => ({
    encoding: 'base64',
    data: Buffer.from(text, encoding).toString('base64'),
  })
  const values = { text: bytes('hé', 'utf8'), raw: bytes('ff00', 'hex'), ...texts({ word: 'hunter2' }) }
  await api.createSecret({ name: 's', values })
  const { components } = await api.resolveReferences({ components: [type] })
  assert.equal(components[0]?.attributes['tracking_password'], 'xhé')
  for (const [name, reference] of [
    ['tracking_password', '{{s.raw}}'],
    ['retries', '{{s.word}}'],
    ['nested', '{{s.word}}'],
    ['hosts', '{{s.word}}'],
  ] as const) {
    const settings = [{ place: 'step x', settings: { [`${type}.${name}`]: reference } }]
    await assert.rejects(api.resolveReferences({ components: [type], settings }), (error) => {
      assert.ok(isSottoError(error, 'attribute_invalid'))
      assert.equal(error.details['place'], 'step x')
      assert.doesNotMatch(JSON.stringify(error), /hunter2|ff00/)
      return true
    })
  }
  const { secrets } = await api.resolveReferences({
    stack: null,
    secrets: [{ place: 'exec', name: 's', keys: ['raw'] }],
  })
  assert.deepEqual(secrets[0]?.values['raw'], values.raw)
})

test('a missing attribute, an unknown type of component and bad declarations are refused', async (t) => {
  const { api } = await withTracker(t, { tracking_uri: '' })
  await assert.rejects(api.resolveReferences({ components: [type] }), withCode('check_failed'))
  await assert.rejects(api.resolveReferences({ components: ['alerter'] }), withCode('component_not_found'))
  await assert.rejects(api.resolveReferences({ components: ['tracker' as 'alerter'] }), withCode('input_invalid')) // from outside
  const declare = (more: object): Promise<unknown> =>
    api.resolveReferences({ secrets: [{ place: 'exec', name: 's', ...more }] })
  await assert.rejects(declare({ name: 'a b' }), withCode('name_invalid'))
  await assert.rejects(declare({ keys: ['a b'] }), withCode('key_invalid'))
  await assert.rejects(declare({ keys: [] }), withCode('input_invalid'))
  await assert.rejects(declare({ version: 0 }), withCode('input_invalid'))
})

test('keys called like members of an object are keys like any other', async (t) => {
  const { api } = await withTracker(t, { tracking_password: '{{s.__proto__}}{{s.constructor}}' })
  const values = { ...texts({ constructor: 'c' }), ['__proto__']: { encoding: 'utf8' as const, data: 'p' } }
  await api.createSecret({ name: 's', values })
  const { components, secrets } = await api.resolveReferences({
    components: [type],
    secrets: [{ place: 'exec', name: 's', keys: ['__proto__'] }],
  })
  assert.equal(components[0]?.attributes['tracking_password'], 'pc')
  assert.deepEqual(Object.keys(secrets[0]!.values), ['__proto__'])
})
