/** Goal: a credential is good for exactly what it was made for, until the very call in which it is not any more. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { isSottoError } from '@sotto/sdk/model'
import type { Api, SottoError } from '@sotto/sdk/model'
import { systemRandom } from '../../keys/random.ts'
import { principalTable, tokenTable } from '../../store/principals.ts'
import { Rows } from '../../store/rows.ts'
import { workspaceTable } from '../../store/workspaces.ts'
import { onPostgres } from '../../store/testing.ts'
import { openTestService, withCode } from '../testing.ts'
import type { TestService } from '../testing.ts'
import { newPrincipal } from './new-principal.ts'
import { createTokenText } from './token-text.ts'

interface World extends TestService {
  /** The text of a token of the service account `ci`, and its id. */
  readonly text: string
  readonly token: string
  readonly signIn: (text: string, workspace?: string) => Promise<Api>
}

async function openWorld(t: TestContext): Promise<World> {
  const service = await openTestService(t)
  await service.api.createServiceAccount({ name: 'ci' })
  const { text, id: token } = await service.api.createToken({ name: 'deploy', principal: 'ci' })
  const signIn = async (credential: string, workspace = 'default'): Promise<Api> =>
    service.service.as(await service.service.authenticate(credential, { workspace }))
  return { ...service, text, token, signIn }
}

function addWorkspace({ store, keyring }: TestService, name: string): Promise<void> {
  const id = '019b0000-0000-7000-8000-00000000000f'
  return store.transaction((tx) => new Rows(tx, keyring).insert(workspaceTable, { id, name, created_at: 0 }))
}

async function refusalOf(work: Promise<unknown>): Promise<SottoError> {
  const error: unknown = await work.then(
    () => assert.fail('was not refused'),
    (reason: unknown) => reason,
  )
  assert.ok(isSottoError(error, 'not_signed_in'), String(error))
  return error
}

test('a token stands for its principal', async (t) => {
  const { signIn, text, api } = await openWorld(t)
  const { principal, workspace, token } = await (await signIn(text)).whoAmI({})
  assert.deepEqual([principal.name, principal.kind, workspace], ['ci', 'service-account', 'default'])
  assert.deepEqual([token?.name, token?.kind, token?.workspace], ['deploy', 'service', 'default'])
  const own = await api.createToken({ name: 'mine' })
  const me = await (await signIn(own.text)).whoAmI({})
  assert.deepEqual([me.principal.name, me.token?.kind, me.token?.workspace], ['local', 'user', undefined])
})

test('unknown, revoked, expired, disabled, deleted, of another workspace: refused by the same words', async (t) => {
  const world = await openWorld(t)
  const { api, signIn } = world
  await addWorkspace(world, 'other')
  const make = async (): Promise<{ text: string; id: string }> => api.createToken({ name: 'more', principal: 'ci' })
  const refusals: SottoError[] = [
    await refusalOf(signIn('')),
    await refusalOf(signIn(world.text.slice(0, -1))),
    await refusalOf(signIn(createTokenText('service', systemRandom))),
    await refusalOf(signIn(world.text, 'other')),
    await refusalOf(signIn(world.text, 'nowhere')),
  ]
  const revoked = await make()
  await api.revokeToken({ token: revoked.id })
  refusals.push(await refusalOf(signIn(revoked.text)))
  await api.updateServiceAccount({ principal: 'ci', disabled: true })
  refusals.push(await refusalOf(signIn(world.text)))
  await api.updateServiceAccount({ principal: 'ci', disabled: false })
  await (await signIn(world.text)).whoAmI({})
  const late = await make()
  await api.deleteServiceAccount({ principal: 'ci' })
  refusals.push(await refusalOf(signIn(late.text)))
  world.advance(91 * 24 * 3_600_000)
  refusals.push(await refusalOf(signIn(world.text)))
  assert.equal(new Set(refusals.map((error) => JSON.stringify(error))).size, 1)
})

test('is good in its last millisecond, and not in the next', async (t) => {
  const { signIn, api, advance } = await openWorld(t)
  const { text } = await api.createToken({ name: 'short', expiresAt: '2026-01-01T00:00:01Z' })
  const before = await signIn(text)
  advance(999)
  await before.whoAmI({})
  await signIn(text)
  advance(1)
  await refusalOf(before.whoAmI({}))
  await refusalOf(signIn(text))
})

test('revoking, disabling and deleting act on the next call of who is signed in already', async (t) => {
  for (const end of [
    (api: Api, token: string) => api.revokeToken({ token }),
    (api: Api) => api.updateServiceAccount({ principal: 'ci', disabled: true }),
    (api: Api) => api.deleteServiceAccount({ principal: 'ci' }),
  ]) {
    const { api, signIn, text, token } = await openWorld(t)
    const ci = await signIn(text)
    await ci.whoAmI({})
    await end(api, token)
    await refusalOf(ci.whoAmI({}))
    await refusalOf(ci.listSecrets({}))
  }
})

test('revoking acts in the same commit on the calls behind it, and on another process', async (t) => {
  const { api, signIn, text, token, folder } = await openWorld(t)
  const ci = await signIn(text)
  const elsewhere = await openTestService(t, { folder })
  const there = elsewhere.service.as(await elsewhere.service.authenticate(text, { workspace: 'default' }))
  await there.whoAmI({})
  const revoking = api.revokeToken({ token })
  // By then it is handed in, and not yet done.
  for (let turn = 0; turn < 3; turn += 1) await Promise.resolve()
  const [, refused] = await Promise.allSettled([revoking, ci.whoAmI({})])
  // On PostgreSQL what reads goes before what writes, among calls of which none has been answered.
  if (!onPostgres) assert.equal(refused.status, 'rejected')
  await refusalOf(ci.whoAmI({}))
  await refusalOf(there.whoAmI({}))
})

test('what was made with a token ends no later, is no wider, and is revoked with it', async (t) => {
  const { api, signIn, advance } = await openWorld(t)
  const parent = await api.createToken({ name: 'parent', thisWorkspace: true, expiresAt: '2026-02-01' })
  advance(1)
  const child = await (await signIn(parent.text)).createToken({ name: 'child' })
  assert.deepEqual([child.expiresAt, child.workspace], [parent.expiresAt, 'default'])
  await assert.rejects(
    (await signIn(parent.text)).createToken({ name: 'longer', expiresAt: '2026-02-02' }),
    withCode('input_invalid'),
  )
  advance(1)
  const grandchild = await (await signIn(child.text)).createToken({ name: 'grandchild' })
  await api.revokeToken({ token: parent.id })
  await refusalOf(signIn(grandchild.text))
  const { items } = await api.listTokens({ all: true })
  assert.deepEqual(
    items.map(({ name, revokedAt }) => [name, revokedAt !== undefined]),
    [
      ['grandchild', true],
      ['child', true],
      ['parent', true],
    ],
  )
  assert.deepEqual((await api.listTokens({})).items, [])
})

test('a service account without rights makes no token for another, sees none and revokes none', async (t) => {
  const { api, signIn, text } = await openWorld(t)
  const mine = await api.createToken({ name: 'mine' })
  const ci = await signIn(text)
  await assert.rejects(ci.createToken({ name: 'x', principal: 'local' }), withCode('principal_not_found'))
  await assert.rejects(ci.listTokens({ principal: 'local' }), withCode('principal_not_found'))
  await assert.rejects(ci.revokeToken({ token: mine.id }), withCode('token_not_found'))
  await (await signIn(mine.text)).whoAmI({})
  const own = await ci.createToken({ name: 'own' })
  assert.equal((await ci.listTokens({})).items.length, 2)
  await ci.revokeToken({ token: own.id })
})

test('nobody makes a token for a user but the user', async (t) => {
  const { api, store, keyring } = await openWorld(t)
  const ada = newPrincipal({ id: '019b0000-0000-7000-8000-00000000000a', kind: 'user', name: 'ada', nowMs: 0 })
  await store.transaction((tx) => new Rows(tx, keyring).insert(principalTable, ada))
  await assert.rejects(api.createToken({ name: 'x', principal: 'ada' }), withCode('forbidden'))
})

test('what lies in the database makes no token: neither its text nor its lookup signs anybody in', async (t) => {
  const { sql, text, signIn } = await openWorld(t)
  const rows = await sql('SELECT * FROM token')
  const random = text.split('_')[2] ?? ''
  assert.ok(!JSON.stringify(rows).includes(random))
  const { lookup } = rows[0] ?? {}
  await refusalOf(signIn(String(lookup)))
  const events = await sql('SELECT * FROM audit_event')
  assert.ok(!JSON.stringify(events).includes(random) && !JSON.stringify(events).includes(String(lookup)))
})

test('a row that was put in or changed by SQL is no token', async (t) => {
  const { sql, signIn, api, text } = await openWorld(t)
  await api.createServiceAccount({ name: 'strong' })
  await sql("UPDATE token SET principal_id = (SELECT id FROM principal WHERE name = 'strong')")
  await assert.rejects(signIn(text), withCode('row_altered'))
})

test('new keys after a compromise void every token', async (t) => {
  const { api, signIn, text, store, keyring } = await openWorld(t)
  const ci = await signIn(text)
  const passphrase = 'five or six random words here'
  await api.changeRoot({ to: 'passphrase', passphrase, compromised: true })
  await refusalOf(ci.whoAmI({}))
  await refusalOf(signIn(text))
  const rows = await store.transaction((tx) => new Rows(tx, keyring).list(tokenTable, '', []))
  assert.deepEqual(
    rows.map((row) => row.revoked_at === null),
    [false],
  )
  assert.equal((await api.verifyAudit({})).result, 'consistent, not authenticated')
})
