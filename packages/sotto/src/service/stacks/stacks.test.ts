import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSottoError } from '@sotto/sdk/model'
import { testFlavors } from '../references/reference-testing.ts'
import { openTestService, withCode } from '../testing.ts'
import type { TestService } from '../testing.ts'

const type = 'experiment-tracker'

async function withProd(t: Parameters<typeof openTestService>[0]): Promise<TestService> {
  const service = await openTestService(t, { flavors: testFlavors })
  await service.api.registerComponent({ type, name: 'mlflow', flavor: 'mlflow', attributes: {} })
  await service.api.registerStack({ name: 'prod', from: 'default', components: { [type]: 'mlflow' } })
  return service
}

test('the stack `default` is there and active from the start', async (t) => {
  const { api } = await openTestService(t, { flavors: testFlavors })
  const stack = await api.describeStack({})
  assert.equal(stack.name, 'default')
  assert.equal(stack.active, true)
  assert.deepEqual(stack.components, { 'artifact-store': 'default', orchestrator: 'default' })
})

test('a stack takes from another one and adds; what is missing or unknown is named', async (t) => {
  const { api } = await withProd(t)
  const { components, active } = await api.describeStack({ stack: 'prod' })
  assert.deepEqual(components, { 'artifact-store': 'default', orchestrator: 'default', [type]: 'mlflow' })
  assert.equal(active, false)
  await assert.rejects(api.registerStack({ name: 'x', components: { orchestrator: 'default' } }), (error) => {
    assert.ok(isSottoError(error, 'input_invalid'))
    assert.deepEqual(error.details['missing'], ['artifact-store'])
    return true
  })
  const misspelt = api.registerStack({ name: 'x', from: 'default', components: { [type]: 'mlflw' } })
  await assert.rejects(misspelt, /did you mean "mlflow"/)
  await assert.rejects(api.registerStack({ name: 'x', from: 'prd', components: {} }), /did you mean "prod"/)
  await assert.rejects(api.registerStack({ name: 'prod', from: 'default', components: {} }), withCode('stack_exists'))
})

test('an update gives and removes components, but none that a stack needs', async (t) => {
  const { api } = await withProd(t)
  const { components } = await api.updateStack({ stack: 'prod', remove: [type], labels: { team: 'risk' } })
  assert.deepEqual(components, { 'artifact-store': 'default', orchestrator: 'default' })
  await assert.rejects(api.updateStack({ stack: 'prod', remove: [type] }), withCode('input_invalid'))
  await assert.rejects(api.updateStack({ stack: 'prod', remove: ['orchestrator'] }), withCode('input_invalid'))
  await api.deleteComponent({ type, component: 'mlflow' })
})

test('the active stack is one for each caller; neither it nor `default` can be deleted', async (t) => {
  const { api } = await withProd(t)
  await api.activateStack({ stack: 'prod' })
  assert.equal((await api.describeStack({})).name, 'prod')
  assert.deepEqual(
    (await api.listStacks({})).items.map(({ name, active }) => [name, active]),
    [
      ['default', false],
      ['prod', true],
    ],
  )
  for (const stack of ['prod', 'default']) await assert.rejects(api.deleteStack({ stack }), withCode('in_use'))
  await assert.rejects(api.renameStack({ stack: 'default', newName: 'x' }), withCode('in_use'))
  await api.renameStack({ stack: 'prod', newName: 'live' })
  assert.equal((await api.describeStack({})).name, 'live')
  await api.activateStack({ stack: 'default' })
  await api.deleteStack({ stack: 'live' })
  await assert.rejects(api.describeStack({ stack: 'live' }), withCode('stack_not_found'))
  await api.deleteComponent({ type, component: 'mlflow' })
})

test('a setting must name an attribute of the component, or a switch with one of its words', async (t) => {
  const { api } = await withProd(t)
  const wrong = {
    'experiment-traker.nested': true,
    [`${type}.trackin_uri`]: 'x',
    [`${type}.nested`]: 'perhaps',
    'declared-secrets': 'no',
    verbose: true,
  }
  await assert.rejects(api.updateStackSettings({ stack: 'prod', settings: wrong }), (error) => {
    assert.ok(isSottoError(error, 'attribute_invalid'))
    assert.equal((error.details['problems'] as string[]).length, 5)
    assert.match(error.message, /did you mean "experiment-tracker"/)
    assert.match(error.message, /did you mean "tracking_uri"/)
    return true
  })
  await assert.rejects(
    api.updateStackSettings({ stack: 'prod', settings: { [`${type}.tags`]: { a: '{{x}}' } } }),
    withCode('reference_malformed'),
  )
})

test('settings are written, indexed, masked, copied and removed', async (t) => {
  const { api, sql } = await withProd(t)
  const settings = {
    [`${type}.tracking_password`]: 'hunter2',
    [`${type}.tags`]: { a: ['{{s.k}}'] },
    'declared-secrets': 'required',
    'alerter.token': 'hunter2',
  }
  const written = await api.updateStackSettings({ stack: 'prod', settings })
  assert.deepEqual(written.settings, {
    ...settings,
    [`${type}.tracking_password`]: '***',
    'alerter.token': '***',
  })
  const paths = await sql("SELECT path, secret_name FROM reference WHERE object_kind = 'stack'")
  assert.deepEqual(
    paths.map((row) => ({ ...row })),
    [{ path: `${type}.tags.a[0]`, secret_name: 's' }],
  )
  const copy = await api.copyStack({ stack: 'prod', newName: 'copy' })
  assert.deepEqual(copy.settings, written.settings)
  assert.doesNotMatch(JSON.stringify([await api.listAudit({}), await api.listStacks({})]), /hunter2/)
  const removed = await api.updateStackSettings({ stack: 'prod', remove: Object.keys(settings) })
  assert.deepEqual(removed.settings, {})
  await assert.rejects(
    api.updateStackSettings({ stack: 'prod', remove: ['alerter.token'] }),
    withCode('attribute_invalid'),
  )
})

test('settings of a type that is given another component are not taken from the stack before', async (t) => {
  const { api } = await withProd(t)
  await api.registerFlavor({ type, name: 'other', description: '', attributes: [] })
  await api.registerComponent({ type, name: 'other', flavor: 'other', attributes: {} })
  await api.updateStackSettings({ stack: 'prod', settings: { [`${type}.nested`]: true, 'orchestrator.queue': 'q' } })
  const next = await api.registerStack({ name: 'next', from: 'prod', components: { [type]: 'other' } })
  assert.deepEqual(next.settings, { 'orchestrator.queue': 'q' })
  await assert.rejects(
    api.updateStack({ stack: 'prod', components: { [type]: 'other' } }),
    withCode('attribute_invalid'),
  )
})

test('a changed row of a stack, of its preference or of its component is refused', async (t) => {
  const tampers = [
    "UPDATE stack SET settings = '{}'",
    "UPDATE preference SET value = 'x'",
    "UPDATE component SET name = name || 'x'",
    "UPDATE stack SET author = author || '', components = '{}'",
  ]
  for (const tamper of tampers) {
    const { api, sql } = await withProd(t)
    await api.updateStackSettings({ stack: 'default', settings: { 'declared-secrets': 'required' } })
    await sql(tamper)
    await assert.rejects(api.describeStack({}), withCode('row_altered'), tamper)
  }
})
