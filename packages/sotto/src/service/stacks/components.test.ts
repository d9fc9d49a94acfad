import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSottoError } from '@sotto/sdk/model'
import type { Api, ComponentWrite, JsonObject } from '@sotto/sdk/model'
import { addPrincipal, apiOf, attribute, testFlavors } from '../references/reference-testing.ts'
import { openTestService, withCode } from '../testing.ts'

const type = 'experiment-tracker'
const mlflow = { type, component: 'mlflow' } as const

function register(api: Api, attributes: JsonObject, more: object = {}): Promise<ComponentWrite> {
  return api.registerComponent({ type, name: 'mlflow', flavor: 'mlflow', attributes, ...more })
}

test("the documents' line registers a tracker before its secret and its server are known", async (t) => {
  const { api } = await openTestService(t, { flavors: testFlavors })
  const attributes = {
    tracking_username: '{{mlflow_secret.username}}',
    tracking_password: '{{mlflow_secret.password}}',
  }
  const { component, warnings } = await register(api, attributes)
  assert.deepEqual(component.attributes, attributes)
  assert.equal(component.author, 'local')
  assert.deepEqual(warnings, [])
})

test('unknown attributes, wrong types, null and malformed references are named at once, without values', async (t) => {
  const { api } = await openTestService(t, { flavors: testFlavors })
  const attributes = { trackin_uri: 'hunter2', nested: 'hunter2', retries: '{{a.b}}', tags: null, hosts: ['{{a.b'] }
  await assert.rejects(register(api, attributes), (error) => {
    assert.ok(isSottoError(error, 'attribute_invalid'))
    assert.equal((error.details['problems'] as string[]).length, 4)
    assert.match(error.message, /"trackin_uri"; did you mean "tracking_uri"/)
    assert.match(error.message, /hosts\[0\]: .*line 1, column 1/)
    assert.doesNotMatch(error.message + String(error.hint), /hunter2/)
    return true
  })
})

test('a malformed reference is refused with its path, line and column, at any depth', async (t) => {
  const { api } = await openTestService(t, { flavors: testFlavors })
  await assert.rejects(register(api, { tags: { a: [{ b: 'x\n  {{a}}' }] } }), (error) => {
    assert.ok(isSottoError(error, 'reference_malformed'))
    assert.deepEqual([error.details['path'], error.details['line'], error.details['column']], ['tags.a[0].b', 2, 3])
    return true
  })
})

test('a missing attribute that register requires is refused; one for a run is not', async (t) => {
  const { api } = await openTestService(t, { flavors: testFlavors })
  const attributes = [
    attribute('token', { required: 'register' }),
    attribute('room', { required: 'register', default: 'x' }),
  ]
  await api.registerFlavor({ type: 'alerter', name: 'slack', description: '', attributes })
  const alerter = { type: 'alerter', name: 'a', flavor: 'slack' } as const
  await assert.rejects(api.registerComponent({ ...alerter, attributes: {} }), withCode('attribute_invalid'))
  await api.registerComponent({ ...alerter, attributes: { token: 't' } })
  await assert.rejects(
    api.updateComponent({ type: 'alerter', component: 'a', remove: ['token'] }),
    withCode('attribute_invalid'),
  )
})

test('secrets in clear warn their author and are masked in everything that leaves', async (t) => {
  const { api } = await openTestService(t, { flavors: testFlavors })
  const clear = {
    tracking_password: 'hunter2',
    tracking_username: 'Bearer hunter2 {{a.b}}',
    tracking_uri: 'https://admin:hunter2@host/x',
    tags: { one: ['postgres://:hunter2@h/d', 'plain text'], two: 'https://{{a.user}}:{{a.password@2}}@host' },
  }
  const written = await register(api, clear)
  assert.equal(written.warnings.length, 3)
  assert.ok(written.warnings.some((line) => line.includes('--tracking_password={{secret.key}}')))
  assert.deepEqual(written.component.attributes, {
    tracking_password: '***',
    tracking_username: '***{{a.b}}',
    tracking_uri: 'https://admin:***@host/x',
    tags: { one: ['postgres://:***@h/d', 'plain text'], two: 'https://{{a.user}}:{{a.password@2}}@host' },
  })
  const everything = [
    written,
    await api.describeComponent(mlflow),
    await api.listComponents({}),
    await api.updateComponent({ ...mlflow, description: 'ours' }),
    await api.copyComponent({ ...mlflow, newName: 'copy' }),
    await api.renameComponent({ ...mlflow, newName: 'renamed' }),
    await api.listAudit({}),
    await api.deleteComponent({ type, component: 'renamed' }),
  ]
  assert.doesNotMatch(JSON.stringify(everything), /hunter2/)
  assert.deepEqual((await register(api, clear, { allowPlaintext: true })).warnings, [])
})

test('a mask that comes back is refused instead of stored', async (t) => {
  const { api } = await openTestService(t, { flavors: testFlavors })
  const { component } = await register(api, { tracking_password: 'a', tracking_uri: 'https://u:b@h' })
  for (const name of ['tracking_password', 'tracking_uri'])
    await assert.rejects(
      api.updateComponent({ ...mlflow, attributes: { [name]: component.attributes[name]! } }),
      withCode('attribute_invalid'),
    )
})

test('an update merges, removes by name and rewrites the index of references', async (t) => {
  const { api, sql } = await openTestService(t, { flavors: testFlavors })
  await register(api, { tracking_password: '{{a.b}}{{a.c}}', tags: { 'x.y': '{{a.d}}', x: { y: '{{a.e@2}}' } } })
  const index = (): Promise<unknown> =>
    sql('SELECT path, position, secret_name, key, version FROM reference ORDER BY path, position')
  assert.equal(((await index()) as unknown[]).length, 4)
  const { component } = await api.updateComponent({
    ...mlflow,
    attributes: { tracking_uri: '{{u.v}}' },
    remove: ['tags'],
  })
  assert.deepEqual(component.attributes, { tracking_password: '{{a.b}}{{a.c}}', tracking_uri: '{{u.v}}' })
  assert.deepEqual(
    ((await index()) as { path: string; key: string }[]).map(({ path, key }) => `${path} ${key}`),
    ['tracking_password b', 'tracking_password c', 'tracking_uri v'],
  )
  await assert.rejects(api.updateComponent({ ...mlflow, remove: ['tracking_urr'] }), withCode('attribute_invalid'))
  await api.deleteComponent(mlflow)
  assert.deepEqual(await index(), [])
})

test('a copy has the real attributes; a rename stays in its stacks; one in use is not deleted', async (t) => {
  const { api, sql } = await openTestService(t, { flavors: testFlavors })
  await register(api, { tracking_password: 'hunter2', tracking_uri: 'http://h' })
  await api.copyComponent({ ...mlflow, newName: 'copy' })
  const rows = await sql("SELECT attributes FROM component WHERE type = 'experiment-tracker'")
  assert.equal(rows[0]!['attributes'], rows[1]!['attributes'])
  await api.registerStack({ name: 'prod', from: 'default', components: { [type]: 'mlflow' } })
  await api.renameComponent({ ...mlflow, newName: 'tracker' })
  assert.equal((await api.describeStack({ stack: 'prod' })).components[type], 'tracker')
  await assert.rejects(api.deleteComponent({ type, component: 'tracker' }), (error) => {
    assert.ok(isSottoError(error, 'in_use'))
    assert.deepEqual(error.details['stacks'], ['prod'])
    return true
  })
  await assert.rejects(
    api.renameComponent({ type, component: 'tracker', newName: 'copy' }),
    withCode('component_exists'),
  )
  await assert.rejects(api.copyComponent({ type, component: 'tracker', newName: 'copy' }), withCode('component_exists'))
})

test('only whoever writes attributes becomes the author', async (t) => {
  const service = await openTestService(t, { flavors: testFlavors })
  await register(service.api, { tracking_uri: 'http://h' })
  const other = apiOf(service, { principalId: await addPrincipal(service, 'mallory') })
  await other.renameComponent({ ...mlflow, newName: 'renamed' })
  await other.updateComponent({ type, component: 'renamed', description: 'x' })
  assert.equal((await other.copyComponent({ type, component: 'renamed', newName: 'copy' })).component.author, 'local')
  assert.equal((await other.describeComponent({ type, component: 'renamed' })).author, 'local')
  const written = await other.updateComponent({ type, component: 'renamed', attributes: { retries: 1 } })
  assert.equal(written.component.author, 'mallory')
})

test('a component that may not be described looks missing; a changed row is refused', async (t) => {
  const { api, withRule, sql } = await openTestService(t, { flavors: testFlavors })
  await register(api, { tracking_uri: 'http://h' })
  const blind = withRule((_principal, _right, { kind }) => kind !== 'component')
  const [there, absent] = await Promise.all(
    ['mlflow', 'mlfloo'].map((component) =>
      blind.describeComponent({ type, component }).catch((error: unknown) => error),
    ),
  )
  assert.ok(isSottoError(there, 'component_not_found') && isSottoError(absent, 'component_not_found'))
  assert.equal(there.message.replace('mlflow', 'mlfloo'), absent.message)
  await assert.rejects(api.describeComponent({ type, component: 'mlfloo' }), /did you mean "mlflow"/)
  await sql(`UPDATE component SET attributes = '{"tracking_uri":"http://evil"}' WHERE name = 'mlflow'`)
  await assert.rejects(api.describeComponent(mlflow), withCode('row_altered'))
})
