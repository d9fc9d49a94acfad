import assert from 'node:assert/strict'
import { test } from 'node:test'
import { componentTypes, isSottoError } from '@sotto/sdk/model'
import type { Flavor, FlavorAttribute } from '@sotto/sdk/model'
import { attribute, testFlavors } from '../references/reference-testing.ts'
import { openTestService, withCode } from '../testing.ts'

const custom = (attributes: readonly FlavorAttribute[] = []): Omit<Flavor, 'builtIn'> => ({
  type: 'alerter',
  name: 'slack',
  description: 'Posts into a channel.',
  attributes,
})

test('a custom flavor is described and listed beside the built-in ones, in the order of types', async (t) => {
  const { api } = await openTestService(t, { flavors: testFlavors })
  const attributes = [
    attribute('token', { secret: true, required: 'run' }),
    attribute('port', { type: 'number', default: 1 }),
  ]
  await api.registerFlavor(custom(attributes))
  assert.deepEqual(await api.describeFlavor({ type: 'alerter', flavor: 'slack' }), {
    ...custom(attributes),
    builtIn: false,
  })
  const { flavors } = await api.listFlavors({})
  assert.deepEqual(
    flavors.map(({ type, name }) => `${type} ${name}`),
    ['alerter slack', 'artifact-store local', 'experiment-tracker mlflow', 'orchestrator local'],
  )
  assert.deepEqual((await api.listFlavors({ type: 'alerter' })).flavors.length, 1)
})

test('a name that is taken, by a built-in flavor too, is refused', async (t) => {
  const { api } = await openTestService(t, { flavors: testFlavors })
  await api.registerFlavor(custom())
  await assert.rejects(api.registerFlavor(custom()), withCode('flavor_exists'))
  await assert.rejects(
    api.registerFlavor({ ...custom(), type: 'experiment-tracker', name: 'mlflow' }),
    withCode('flavor_exists'),
  )
})

test('an unknown flavor is refused with the nearest name', async (t) => {
  const { api } = await openTestService(t, { flavors: testFlavors })
  await assert.rejects(api.describeFlavor({ type: 'experiment-tracker', flavor: 'mlfow' }), (error) => {
    assert.ok(isSottoError(error, 'flavor_not_found'))
    assert.match(error.message, /did you mean "mlflow"/)
    return true
  })
})

test('every problem of the attributes is named at once', async (t) => {
  const { api } = await openTestService(t, { flavors: testFlavors })
  const wrong = custom([
    attribute('a b'),
    attribute('port', { type: 'number', default: 'x' }),
    attribute('port'),
    attribute('token', { secret: true, default: 'hunter2' }),
    attribute('url', { default: '{{a.b}}' }),
    attribute('kind', { type: 'strng' as 'string' }), // what a program without types may send
  ])
  await assert.rejects(api.registerFlavor(wrong), (error) => {
    assert.ok(isSottoError(error, 'attribute_invalid'))
    assert.equal((error.details['problems'] as string[]).length, 6)
    assert.doesNotMatch(error.message, /hunter2/)
    return true
  })
})

test('components of all fourteen types can be made with custom flavors', async (t) => {
  const { api } = await openTestService(t, { flavors: testFlavors })
  assert.equal(componentTypes.length, 14)
  for (const type of componentTypes) {
    await api.registerFlavor({
      type,
      name: 'ours',
      description: '',
      attributes: [attribute('token', { secret: true })],
    })
    await api.registerComponent({ type, name: 'mine', flavor: 'ours', attributes: { token: '{{tokens.one}}' } })
  }
  const components = Object.fromEntries(componentTypes.map((type) => [type, 'mine']))
  await api.registerStack({ name: 'all', components })
  const { items } = await api.checkReferences({ stack: 'all' })
  assert.deepEqual(
    items.map(({ place, outcome }) => [place, outcome]),
    componentTypes.map((type) => [`${type} mine`, 'secret missing']),
  )
})
