/** Goal: a secret changes its scope by its owner's will alone. Method: real principals with grants of a real store. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { textValue } from '@sotto/sdk/model'
import type { Api, GrantInput } from '@sotto/sdk/model'
import { testFlavors } from '../references/reference-testing.ts'
import { openTestService, withCode } from '../testing.ts'
import type { TestService } from '../testing.ts'

type Given = Omit<GrantInput, 'principal'>

interface World extends TestService {
  /** As `local`. */
  readonly local: Api
  /** A new principal with these grants. */
  readonly account: (name: string, ...grants: readonly Given[]) => Promise<Api>
}

const editor: readonly Given[] = [{ grant: 'editor' }]
const tracker = 'experiment-tracker'

async function openWorld(t: TestContext): Promise<World> {
  const service = await openTestService(t, { flavors: testFlavors })
  const { principalId, workspaceId } = service
  const local = service.service.as({ principalId, workspaceId, osUser: '' })
  const account: World['account'] = async (name, ...grants) => {
    await local.createServiceAccount({ name })
    for (const grant of grants) await local.addGrant({ principal: name, ...grant })
    const { text } = await local.createToken({ name: 'token', principal: name })
    return service.service.as(await service.service.authenticate(text, { workspace: 'default' }))
  }
  return { ...service, local, account }
}

async function valueOf(api: Api, secret: string, version?: number): Promise<unknown> {
  const { secrets } = await api.resolveSecrets({ items: [{ secret, ...(version !== undefined && { version }) }] })
  return secrets[0]?.unchanged === false ? secrets[0].values['k'] : undefined
}

async function createOwn(api: Api, name: string, text = 'one'): Promise<void> {
  await api.createSecret({ name, scope: 'user', values: { k: textValue(text) } })
}

test('a secret is shared with all its versions, sealed as they were, and taken back', async (t) => {
  const { account, sql, local } = await openWorld(t)
  const [ann, bob] = [await account('ann', ...editor), await account('bob', ...editor)]
  await createOwn(ann, 's')
  await ann.updateSecret({ secret: 's', values: { k: textValue('two') } })
  const before = await ann.describeSecret({ secret: 's' })
  const blobs = await sql('SELECT * FROM secret_value ORDER BY version_id, key')
  await assert.rejects(bob.describeSecret({ secret: before.id }), withCode('secret_not_found'))

  const shared = await ann.shareSecret({ secret: 's' })
  assert.deepEqual(shared, { ...before, scope: 'workspace', updatedAt: shared.updatedAt })
  assert.deepEqual(await valueOf(bob, 's'), textValue('two'))
  assert.deepEqual(await valueOf(bob, before.id, 1), textValue('one'))
  await assert.rejects(ann.shareSecret({ secret: 's' }), withCode('secret_not_found'))

  await bob.updateSecret({ secret: 's', values: { k: textValue('three') } })
  const taken = await ann.unshareSecret({ secret: before.id })
  assert.deepEqual([taken.id, taken.scope, taken.version], [before.id, 'user', 3])
  assert.deepEqual(await valueOf(ann, 's'), textValue('three'))
  await assert.rejects(bob.describeSecret({ secret: before.id }), withCode('secret_not_found'))

  const after = await sql('SELECT * FROM secret_value ORDER BY version_id, key')
  for (const blob of blobs) assert.ok(after.some((row) => JSON.stringify(row) === JSON.stringify(blob)))
  assert.equal((await local.verifyAudit({})).problems.length, 0)
  const { items } = await local.listAudit({})
  const moves = items.filter(({ operation }) => /^(un)?shareSecret$/.test(operation))
  assert.deepEqual(
    moves.map(({ operation, outcome, object, detail }) => [operation, outcome, object, detail]).toReversed(),
    [
      ['shareSecret', 'done', 'secret s', { scope: 'workspace', version: 2 }],
      ['shareSecret', 'refused', 'secret s', { code: 'secret_not_found' }],
      ['unshareSecret', 'done', 'secret s', { scope: 'user', version: 3 }],
    ],
  )
})

test('scope changes by nobody but the owner, and not by one who may only write: attack 22', async (t) => {
  const { local, account } = await openWorld(t)
  const admin = await account('boss', { grant: 'admin', everywhere: true })
  const writer = await account('writer', { grant: 'write', kind: 'secret' })
  const ann = await account('ann', ...editor)
  await createOwn(ann, 's')
  const { id } = await ann.shareSecret({ secret: 's' })
  for (const secret of ['s', id])
    for (const api of [admin, writer, local])
      await assert.rejects(api.unshareSecret({ secret }), withCode('forbidden'), secret)
  assert.equal((await ann.describeSecret({ secret: 's' })).scope, 'workspace')

  await createOwn(ann, 'private')
  const own = await ann.describeSecret({ secret: 'private' })
  for (const secret of ['private', own.id])
    for (const api of [admin, writer, local]) {
      await assert.rejects(api.shareSecret({ secret }), withCode('secret_not_found'), secret)
      await assert.rejects(api.unshareSecret({ secret }), withCode('secret_not_found'), secret)
    }
})

test('an owner from whom reading or writing was taken does not get it back by taking the secret', async (t) => {
  const { local, account } = await openWorld(t)
  const rights: readonly Given[] = [
    { grant: 'write', kind: 'secret' },
    { grant: 'read', kind: 'secret' },
  ]
  const ann = await account('ann', ...rights)
  await createOwn(ann, 's')
  await ann.shareSecret({ secret: 's' })
  await local.updateSecret({ secret: 's', values: { k: textValue('of others') } })
  for (const grant of rights) {
    await local.removeGrant({ principal: 'ann', ...grant })
    await assert.rejects(ann.unshareSecret({ secret: 's' }), withCode('forbidden'))
    await local.addGrant({ principal: 'ann', ...grant })
  }
  await ann.unshareSecret({ secret: 's' })
})

test('sharing needs the right to write the name, and tells nothing of names without it', async (t) => {
  const { local, account } = await openWorld(t)
  await local.createSecret({ name: 'prod-taken', scope: 'workspace', values: {} })
  const ann = await account(
    'ann',
    { grant: 'read', kind: 'secret', name: 'dev-*' },
    { grant: 'write', kind: 'secret', name: 'dev-*' },
  )
  for (const name of ['prod-taken', 'prod-free', 'dev-x']) await createOwn(ann, name)
  for (const secret of ['prod-taken', 'prod-free'])
    await assert.rejects(ann.shareSecret({ secret }), withCode('forbidden'))
  await ann.shareSecret({ secret: 'dev-x' })
})

test('the name must be free in the other scope; a deleted secret keeps none', async (t) => {
  const { account } = await openWorld(t)
  const ann = await account('ann', { grant: 'admin' })
  await ann.createSecret({ name: 's', scope: 'workspace', values: {} })
  await createOwn(ann, 's')
  await assert.rejects(ann.shareSecret({ secret: 's' }), withCode('secret_exists'))
  await assert.rejects(ann.unshareSecret({ secret: 's' }), withCode('secret_exists'))
  await ann.deleteSecret({ secret: 's', scope: 'workspace' })
  await ann.shareSecret({ secret: 's' })
  await assert.rejects(ann.undeleteSecret({ secret: 's', scope: 'workspace' }), withCode('secret_exists'))
  await ann.deleteSecret({ secret: 's' })
  await assert.rejects(ann.shareSecret({ secret: 's' }), withCode('secret_not_found'))
})

test('references follow the scope: missing to a colleague, then resolved, then missing again', async (t) => {
  const { account } = await openWorld(t)
  const [ann, bob] = [await account('ann', ...editor), await account('bob', ...editor)]
  await createOwn(ann, 's')
  const attributes = { tracking_uri: 'http://h', tracking_password: '{{s.k}}' }
  await ann.registerComponent({ type: tracker, name: 'mlflow', flavor: 'mlflow', attributes })
  await ann.registerStack({ name: 'prod', from: 'default', components: { [tracker]: 'mlflow' } })
  const outcome = async (api: Api): Promise<unknown> =>
    (await api.checkReferences({ stack: 'prod' })).items.map((reference) => reference.outcome)
  const resolve = async (api: Api): Promise<unknown> =>
    (await api.resolveReferences({ stack: 'prod', components: [tracker] })).components[0]?.attributes[
      'tracking_password'
    ]
  assert.deepEqual([await outcome(ann), await outcome(bob)], [['ok'], ['secret missing']])
  await ann.shareSecret({ secret: 's' })
  assert.deepEqual([await outcome(ann), await outcome(bob)], [['ok'], ['ok']])
  assert.deepEqual([await resolve(ann), await resolve(bob)], ['one', 'one'])
  await ann.unshareSecret({ secret: 's' })
  assert.deepEqual([await outcome(ann), await outcome(bob)], [['ok'], ['secret missing']])
  assert.equal(await resolve(ann), 'one')
})
