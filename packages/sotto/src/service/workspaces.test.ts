/** Goal: workspaces know nothing of each other, and rights in one are none in another. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { isSottoError, textValue } from '@sotto/sdk/model'
import type { Api } from '@sotto/sdk/model'
import { principalTable } from '../store/principals.ts'
import { Rows } from '../store/rows.ts'
import { newPrincipal } from './principals/new-principal.ts'
import { openTestService, withCode } from './testing.ts'
import type { TestService } from './testing.ts'

interface World extends TestService {
  /** `local` in either workspace. */
  readonly here: Api
  readonly there: Api
  readonly signIn: (text: string, workspace: string) => Promise<Api>
}

async function openWorld(t: TestContext): Promise<World> {
  const opened = await openTestService(t, { flavors: [] })
  const { principalId, workspaceId, service } = opened
  const here = service.as({ principalId, workspaceId, osUser: '' })
  const { id } = await here.createWorkspace({ name: 'team' })
  const there = service.as({ principalId, workspaceId: id, osUser: '' })
  const signIn = async (text: string, workspace: string): Promise<Api> =>
    service.as(await service.authenticate(text, { workspace }))
  return { ...opened, here, there, signIn }
}

test('the same names live in each, and neither sees the other’s, by name or by id', async (t) => {
  const { here, there } = await openWorld(t)
  const values = (text: string): { readonly k: ReturnType<typeof textValue> } => ({ k: textValue(text) })
  const { secret } = await here.createSecret({ name: 'crm', scope: 'workspace', values: values('here') })
  await assert.rejects(there.describeSecret({ secret: 'crm' }), withCode('secret_not_found'))
  await assert.rejects(there.resolveSecrets({ items: [{ secret: secret.id }] }), withCode('secret_not_found'))
  await there.createSecret({ name: 'crm', scope: 'workspace', values: values('there') })
  await there.createSecret({ name: 'mine', scope: 'user', values: values('there') })
  assert.deepEqual(
    (await here.listSecrets({})).items.map(({ name }) => name),
    ['crm'],
  )
  const [stack] = (await here.listStacks({})).items
  await assert.rejects(there.describeStack({ stack: stack?.id ?? '' }), withCode('stack_not_found'))
})

test('a service account and its tokens stay in their workspace: attack 5', async (t) => {
  const { here, there, signIn } = await openWorld(t)
  await there.createServiceAccount({ name: 'ci' })
  await there.addGrant({ principal: 'ci', grant: 'admin' })
  const { text } = await there.createToken({ name: 'token', principal: 'ci' })
  const ci = await signIn(text, 'team')
  for (const workspace of ['default', 'nowhere'])
    await assert.rejects(signIn(text, workspace), withCode('not_signed_in'))
  await assert.rejects(here.describePrincipal({ principal: 'ci' }), withCode('principal_not_found'))
  await assert.rejects(here.createToken({ name: 'x', principal: 'ci' }), withCode('principal_not_found'))
  await here.createServiceAccount({ name: 'cd' })
  const { id } = await here.createToken({ name: 'token', principal: 'cd' })
  await assert.rejects(ci.revokeToken({ token: id }), withCode('token_not_found'))
  await assert.rejects(ci.createToken({ name: 'x', principal: 'cd' }), withCode('principal_not_found'))
  await assert.rejects(ci.addGrant({ principal: 'ci', grant: 'viewer', everywhere: true }), withCode('forbidden'))
  await assert.rejects(ci.createWorkspace({ name: 'more' }), withCode('forbidden'))
  assert.deepEqual(
    (await ci.listWorkspaces({})).workspaces.map(({ name }) => name),
    ['team'],
  )
})

test('to a user a workspace without a right of his is as one that is not there', async (t) => {
  const { there, signIn, service, store, keyring } = await openWorld(t)
  const ada = newPrincipal({ id: '019b0000-0000-7000-8000-00000000000a', kind: 'user', name: 'ada', nowMs: 0 })
  await store.transaction((tx) => new Rows(tx, keyring).insert(principalTable, ada))
  await there.addGrant({ principal: 'ada', grant: 'editor' })
  const [, team] = (await there.listWorkspaces({})).workspaces
  const inTeam = service.as({ principalId: ada.id, workspaceId: team?.id ?? '', osUser: '' })
  const { text } = await inTeam.createToken({ name: 'laptop' })
  await (await signIn(text, 'team')).listSecrets({})
  const refusals: string[] = []
  for (const workspace of ['default', 'nowhere']) {
    const error: unknown = await signIn(text, workspace).catch((reason: unknown) => reason)
    assert.ok(isSottoError(error, 'workspace_not_found'))
    refusals.push(JSON.stringify(error))
  }
  assert.equal(refusals[0], refusals[1])
  assert.deepEqual(
    (await inTeam.listWorkspaces({})).workspaces.map(({ name }) => name),
    ['team'],
  )
  await there.removeGrant({ principal: 'ada', grant: 'editor' })
  await assert.rejects(inTeam.listSecrets({}), withCode('workspace_not_found'))
})

test('a token that is for one workspace reaches nothing of the store’s, whatever its user may', async (t) => {
  const { here, signIn } = await openWorld(t)
  const { text } = await here.createToken({ name: 'narrow', thisWorkspace: true })
  const narrow = await signIn(text, 'default')
  await narrow.listSecrets({})
  await assert.rejects(narrow.describeKeys({}), withCode('forbidden'))
  await assert.rejects(narrow.listAudit({}), withCode('forbidden'))
  await assert.rejects(narrow.createWorkspace({ name: 'more' }), withCode('forbidden'))
  await assert.rejects(signIn(text, 'team'), withCode('not_signed_in'))
})
