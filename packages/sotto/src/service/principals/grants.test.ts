/** Goal: nobody does, sees or hands on more than what he was granted. Method: real principals with grants of a real store. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { isSottoError, roles, textValue } from '@sotto/sdk/model'
import type { Api, GrantInput } from '@sotto/sdk/model'
import { grantTable } from '../../store/principals.ts'
import { Rows } from '../../store/rows.ts'
import { openTestService, withCode } from '../testing.ts'
import type { TestService } from '../testing.ts'

interface World extends TestService {
  /** As `local`. */
  readonly api: Api
  /** A new service account with these grants. */
  readonly account: (name: string, ...grants: readonly Omit<GrantInput, 'principal'>[]) => Promise<Api>
}

async function openWorld(t: TestContext): Promise<World> {
  const service = await openTestService(t)
  const { principalId, workspaceId } = service
  const api = service.service.as({ principalId, workspaceId, osUser: '' })
  for (const name of ['prod-db', 'prod-api', 'dev-db', 'prod'])
    await api.createSecret({ name, scope: 'workspace', values: { password: textValue(`of ${name}`) } })
  await api.createSecret({ name: 'private', scope: 'user', values: { password: textValue('mine') } })
  const account: World['account'] = async (name, ...grants) => {
    await api.createServiceAccount({ name })
    for (const grant of grants) await api.addGrant({ principal: name, ...grant })
    const { text } = await api.createToken({ name: 'token', principal: name })
    return service.service.as(await service.service.authenticate(text, { workspace: 'default' }))
  }
  return { ...service, api, account }
}

async function secretNames(api: Api): Promise<readonly string[]> {
  return (await api.listSecrets({})).items.map(({ name }) => name)
}

test('without a grant nothing is there, and one’s own scope is', async (t) => {
  const { account } = await openWorld(t)
  const ci = await account('ci')
  assert.deepEqual(await secretNames(ci), [])
  await assert.rejects(ci.describeSecret({ secret: 'prod-db' }), withCode('secret_not_found'))
  await assert.rejects(ci.listStacks({}), withCode('forbidden'))
  await assert.rejects(ci.listPrincipals({ kind: 'user' }), withCode('forbidden'))
  await ci.createSecret({ name: 'own', scope: 'user', values: { k: textValue('v') } })
  assert.deepEqual(await secretNames(ci), ['own'])
})

test('names are exact or begin as the pattern says, compared as bytes', async (t) => {
  const { account } = await openWorld(t)
  const prefix = await account('a', { grant: 'read', kind: 'secret', name: 'prod-*' })
  assert.deepEqual(await secretNames(prefix), ['prod-api', 'prod-db'])
  await prefix.resolveSecrets({ items: [{ secret: 'prod-db' }] })
  await assert.rejects(prefix.resolveSecrets({ items: [{ secret: 'dev-db' }] }), withCode('secret_not_found'))
  await assert.rejects(prefix.updateSecret({ secret: 'prod-db', values: {} }), withCode('forbidden'))
  const exact = await account('b', { grant: 'describe', kind: 'secret', name: 'prod' })
  assert.deepEqual(await secretNames(exact), ['prod'])
  await assert.rejects(exact.resolveSecrets({ items: [{ secret: 'prod' }] }), withCode('forbidden'))
  const other = await account('c', { grant: 'describe', kind: 'secret', name: 'PROD*' })
  assert.deepEqual(await secretNames(other), [])
})

test('pages and counts of a list are of what may be seen alone', async (t) => {
  const { account } = await openWorld(t)
  const ci = await account(
    'ci',
    { grant: 'describe', kind: 'secret', name: 'prod-*' },
    { grant: 'read', kind: 'secret', name: 'prod-db' },
    { grant: 'describe', kind: 'secret', name: 'dev-db' },
  )
  const first = await ci.listSecrets({ limit: 2 })
  assert.deepEqual(
    first.items.map(({ name }) => name),
    ['dev-db', 'prod-api'],
  )
  const second = await ci.listSecrets({ limit: 2, cursor: first.cursor })
  assert.deepEqual([second.items.map(({ name }) => name), second.cursor], [['prod-db'], undefined])
})

test('the own scope of others is seen by nobody, administrators included', async (t) => {
  const { api, account } = await openWorld(t)
  const admin = await account('boss', { grant: 'admin', everywhere: true })
  const { id } = await api.describeSecret({ secret: 'private' })
  for (const secret of ['private', id]) {
    await assert.rejects(admin.describeSecret({ secret }), withCode('secret_not_found'))
    await assert.rejects(admin.resolveSecrets({ items: [{ secret }] }), withCode('secret_not_found'))
    await assert.rejects(admin.deleteSecret({ secret }), withCode('secret_not_found'))
  }
  assert.ok(!(await secretNames(admin)).includes('private'))
  const { principals } = await admin.listAccess({ right: 'read', kind: 'secret', name: 'private', scope: 'user' })
  assert.deepEqual(
    principals.map(({ principal }) => principal),
    ['boss'],
    'of one’s own',
  )
})

test('each role holds what it says', async (t) => {
  const { account } = await openWorld(t)
  const secret = 'prod-db'
  const tries: { readonly [name: string]: (api: Api) => Promise<unknown> } = {
    describe: (api) => api.describeSecret({ secret }),
    read: (api) => api.resolveSecrets({ items: [{ secret }] }),
    write: (api) => api.updateSecret({ secret, labels: { a: 'b' } }),
    rename: (api) => api.renameSecret({ secret, newName: secret }),
    keys: (api) => api.describeKeys({}),
    audit: (api) => api.listAudit({}),
    grants: (api) => api.addGrant({ principal: 'nobody', grant: 'viewer' }),
  }
  await account('nobody')
  const allowed: Record<string, readonly string[]> = {}
  for (const grant of roles) {
    const api = await account(`a-${grant}`, { grant })
    const names: string[] = []
    for (const [name, attempt] of Object.entries(tries)) {
      const error: unknown = await attempt(api).then(
        () => names.push(name) && undefined,
        (reason: unknown) => reason,
      )
      assert.ok(error === undefined || isSottoError(error, 'forbidden'), `${grant} ${name}: ${String(error)}`)
    }
    allowed[grant] = names
  }
  assert.deepEqual(allowed, {
    viewer: ['describe'],
    runner: ['describe', 'read'],
    editor: ['describe', 'read', 'write'],
    admin: ['describe', 'read', 'write', 'rename', 'grants'],
  })
  const everywhere = await account('root', { grant: 'admin', everywhere: true })
  for (const attempt of Object.values(tries)) await attempt(everywhere)
})

test('nobody grants more than he has, nor elsewhere, nor what he does not manage', async (t) => {
  const { account } = await openWorld(t)
  await account('friend')
  const manager = await account(
    'manager',
    { grant: 'manage', kind: 'secret', name: 'prod-*' },
    { grant: 'read', kind: 'secret', name: 'prod-*' },
    { grant: 'describe', kind: 'principal' },
    { grant: 'read', kind: 'secret', name: 'dev-db' },
  )
  const refused: readonly Omit<GrantInput, 'principal'>[] = [
    { grant: 'write', kind: 'secret', name: 'prod-db' },
    { grant: 'read', kind: 'secret' },
    { grant: 'read', kind: 'secret', name: 'prod*' },
    { grant: 'read', kind: 'secret', name: 'dev-db' },
    { grant: 'read', kind: 'secret', name: 'prod-db', everywhere: true },
    { grant: 'runner' },
    { grant: 'editor', kind: 'secret', name: 'prod-db' },
    { grant: 'read' },
    { grant: 'manage', kind: 'principal' },
  ]
  for (const grant of refused)
    for (const principal of ['friend', 'manager'])
      await assert.rejects(
        manager.addGrant({ principal, ...grant }),
        (error) => isSottoError(error, 'forbidden'),
        JSON.stringify(grant),
      )
  const given = await manager.addGrant({ principal: 'friend', grant: 'runner', kind: 'secret', name: 'prod-db' })
  assert.deepEqual([given.principal, given.grant, given.kind, given.name], ['friend', 'runner', 'secret', 'prod-db'])
})

test('a grant acts on the next call, and so does taking it back', async (t) => {
  const { api, account } = await openWorld(t)
  const ci = await account('ci')
  const grant = { principal: 'ci', grant: 'read', kind: 'secret', name: 'prod-db' } as const
  const read = async (): Promise<unknown> => ci.resolveSecrets({ items: [{ secret: 'prod-db' }] })
  await assert.rejects(read(), withCode('secret_not_found'))
  await api.addGrant(grant)
  await read()
  await api.addGrant(grant)
  assert.equal((await api.listGrants({ principal: 'ci' })).items.length, 1, 'the same grant is one grant')
  await api.removeGrant(grant)
  await assert.rejects(read(), withCode('secret_not_found'))
  await assert.rejects(api.removeGrant(grant), withCode('grant_not_found'))
})

test('a grant that two processes made at the same moment is taken back whole', async (t) => {
  const { api, account, store, keyring } = await openWorld(t)
  const ci = await account('ci', { grant: 'read', kind: 'secret', name: 'prod-db' })
  await store.transaction(async (tx) => {
    const rows = new Rows(tx, keyring)
    const [row] = await rows.list(grantTable, '', [])
    assert.ok(row !== undefined)
    await rows.insert(grantTable, { ...row, id: '019b0000-0000-7000-8000-00000000000b' })
  })
  await api.removeGrant({ principal: 'ci', grant: 'read', kind: 'secret', name: 'prod-db' })
  assert.deepEqual(await secretNames(ci), [])
})

test('who may only write a secret neither renames it nor learns its value by trying', async (t) => {
  const { api, account } = await openWorld(t)
  const writer = await account(
    'writer',
    { grant: 'write', kind: 'secret' },
    { grant: 'read', kind: 'secret', name: 'dev-*' },
  )
  await assert.rejects(writer.renameSecret({ secret: 'prod-db', newName: 'dev-x' }), withCode('forbidden'))
  await assert.rejects(
    writer.previewSecrets({ secrets: [{ name: 'prod-db', scope: 'workspace', values: {} }] }),
    withCode('forbidden'),
  )
  const right = await writer.updateSecret({ secret: 'prod-db', values: { password: textValue('of prod-db') } })
  const wrong = await writer.updateSecret({ secret: 'prod-api', values: { password: textValue('a guess') } })
  assert.deepEqual([right.outcome, right.written], [wrong.outcome, wrong.written], 'equal and other values look alike')
  const [, version] = (await writer.listSecretVersions({ secret: 'prod-db' })).items.toReversed()
  assert.deepEqual(version?.changed, ['password'])
  await api.deleteSecret({ secret: 'prod-db' })
  await assert.rejects(writer.undeleteSecret({ secret: 'prod-db', newName: 'dev-x' }), withCode('forbidden'))
  await writer.undeleteSecret({ secret: 'prod-db' })
})

test('says why somebody may, and who may, to those who manage it and to oneself', async (t) => {
  const { api, account } = await openWorld(t)
  const reader = await account('reader', { grant: 'read', kind: 'secret', name: 'prod-*' })
  const question = { right: 'read', kind: 'secret', name: 'prod-db' } as const
  const { allowed, because, grants } = await reader.explainAccess(question)
  assert.deepEqual([allowed, because, grants.map(({ name }) => name)], [true, ['grant'], ['prod-*']])
  assert.equal((await reader.explainAccess({ ...question, name: 'dev-db' })).allowed, false)
  await assert.rejects(reader.listAccess(question), withCode('forbidden'))
  await assert.rejects(reader.explainAccess({ ...question, principal: 'local' }), withCode('principal_not_found'))
  const { principals } = await api.listAccess(question)
  assert.deepEqual(
    principals.map((answer) => [answer.principal, answer.because]),
    [
      ['local', ['local']],
      ['reader', ['grant']],
    ],
  )
  const missing = await api.explainAccess({ ...question, principal: 'reader', name: 'prod-nowhere' })
  assert.deepEqual(missing, await api.explainAccess({ ...question, principal: 'reader', name: 'prod-api' }))
})

test('a name, a kind, a role or a right that is none is refused, however it is written', async (t) => {
  const { api, account } = await openWorld(t)
  await account('ci')
  for (const grant of ['ADMIN', 'Admin', 'аdmin', 'root', '', '*', 'read,write'])
    await assert.rejects(api.addGrant({ principal: 'ci', grant: grant as 'admin' }), withCode('input_invalid'), grant)
  for (const name of ['', '**', 'a*b', 'a,b', 'prod-*,dev-*', '../a', 'a b', 'a%', 'x'.repeat(200)])
    await assert.rejects(
      api.addGrant({ principal: 'ci', grant: 'read', kind: 'secret', name }),
      withCode('input_invalid'),
      name,
    )
  for (const kind of ['SECRET', 'secrets', ''])
    await assert.rejects(
      api.addGrant({ principal: 'ci', grant: 'read', kind: kind as 'secret' }),
      withCode('input_invalid'),
      kind,
    )
  for (const principal of ['CI', 'ci ', 'Ci'])
    await assert.rejects(api.addGrant({ principal, grant: 'viewer' }), withCode('principal_not_found'), principal)
})

test('a grant that was put in, moved or widened by SQL gives nothing', async (t) => {
  const { sql, account } = await openWorld(t)
  const ci = await account('ci', { grant: 'read', kind: 'secret', name: 'dev-db' })
  for (const change of [
    "UPDATE access_grant SET pattern = '*'",
    "UPDATE access_grant SET granted = 'admin'",
    'UPDATE access_grant SET workspace_id = NULL',
  ]) {
    const [before] = await sql('SELECT pattern, granted, workspace_id FROM access_grant')
    await sql(change)
    await assert.rejects(ci.listSecrets({}), withCode('row_altered'), change)
    await sql('UPDATE access_grant SET pattern = $1, granted = $2, workspace_id = $3', Object.values(before ?? {}))
    assert.deepEqual(await secretNames(ci), ['dev-db'])
  }
})
