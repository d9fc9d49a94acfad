import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SottoError, textValue } from '@sotto/sdk/model'
import { AfterCommit, Door } from './door.ts'
import { everyRight, fixedAccess } from './fixed-access.ts'
import { getSecret } from './secrets/lookup.ts'
import type { ServiceParts } from './parts.ts'
import { openTestService, withCode } from './testing.ts'
import type { TestService } from './testing.ts'
import { systemRandom } from '../keys/random.ts'

function doorOf(service: TestService): Door {
  const { store, keyring, chain, workspaceId, principalId } = service
  const parts: ServiceParts = {
    store,
    keyring,
    chain,
    clock: Date.now,
    random: systemRandom,
    access: fixedAccess(everyRight),
    flavors: [],
    rootKeyPath: '',
    logsFolder: '',
  }
  return new Door(parts, { workspaceId, principalId, osUser: 'tester' })
}

test('a handler that checks no right, or writes no event where one is due, commits nothing', async (t) => {
  const service = await openTestService(t)
  const door = doorOf(service)
  await assert.rejects(
    door.enter('describeStore', {}, async () => {
      throw new SottoError('internal', 'never')
    }),
    withCode('internal'),
  )
  await assert.rejects(
    door.enter('listSecrets', {}, async () => ({ items: [] })),
    /checked no right/,
  )
  await service.api.createSecret({ name: 'a', values: { k: textValue('v') } })
  await assert.rejects(
    door.enter('deleteSecret', { secret: 'a' }, async (call, input) => {
      await getSecret(call, input)
      await call.tx.run("UPDATE secret SET name = 'b' WHERE name = 'a'")
      return service.api.describeSecret({ secret: 'a' })
    }),
    /awaited something else/,
  )
  await assert.rejects(
    door.enter('renameSecret', { secret: 'a', newName: 'b' }, async (call, input) => {
      await getSecret(call, input)
      await call.tx.run("UPDATE secret SET name = 'b' WHERE name = 'a'")
      throw new Error('no event')
    }),
    /no event/,
  )
  assert.deepEqual(
    (await service.sql('SELECT name FROM secret')).map(({ name }) => name),
    ['a'],
  )
})

test('work behind the commit gives the answer', async (t) => {
  const service = await openTestService(t)
  const answer = await doorOf(service).enter('listFlavors', {}, async (call) => {
    call.require({ kind: 'component', name: '*' })
    return new AfterCommit(async () => {
      await service.store.transaction(async () => undefined)
      return { flavors: [] }
    })
  })
  assert.deepEqual(answer, { flavors: [] })
})

test('nothing is revealed or changed when its event cannot be written', async (t) => {
  const service = await openTestService(t)
  const { api } = service
  await api.createSecret({ name: 'a', values: { k: textValue('v') } })
  await service.sql("UPDATE audit_head SET signature = x'00'")
  await assert.rejects(api.resolveSecrets({ items: [{ secret: 'a' }] }), withCode('audit_broken'))
  await assert.rejects(api.deleteSecret({ secret: 'a' }), withCode('audit_broken'))
  await assert.rejects(api.describeSecret({ secret: 'nope' }), withCode('audit_broken'))
  assert.equal((await api.describeSecret({ secret: 'a' })).version, 1, 'what leaves no event still answers')
})

test('a caller who is no longer a principal is not let in', async (t) => {
  const service = await openTestService(t)
  const { store, keyring, chain, workspaceId } = service
  const parts: ServiceParts = {
    store,
    keyring,
    chain,
    clock: Date.now,
    random: systemRandom,
    access: fixedAccess(everyRight),
    flavors: [],
    rootKeyPath: '',
    logsFolder: '',
  }
  const door = new Door(parts, { workspaceId, principalId: 'gone', osUser: '' })
  await assert.rejects(
    door.enter('listSecrets', {}, async () => ({ items: [] })),
    withCode('not_signed_in'),
  )
})

test('one commit signs once for all its events, and two services on one file share one chain', async (t) => {
  const first = await openTestService(t)
  const second = await openTestService(t, { folder: first.folder })
  await first.api.createSecret({ name: 'a', values: { k: textValue('v') } })
  await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      (index % 2 === 0 ? first : second).api.resolveSecrets({ items: [{ secret: 'a' }] }),
    ),
  )
  const rows = await first.sql('SELECT sequence FROM audit_event ORDER BY sequence')
  assert.deepEqual(
    rows.map(({ sequence }) => sequence),
    Array.from({ length: rows.length }, (_, index) => index + 1),
  )
  assert.ok(rows.length >= 42)
})
