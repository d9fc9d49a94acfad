import assert from 'node:assert/strict'
import { test } from 'node:test'
import { everyItem, textValue } from '@sotto/sdk/model'
import type { SecretQuery } from '@sotto/sdk/model'
import { onPostgres } from '../../store/testing.ts'
import { openTestService, withCode } from '../testing.ts'
import type { TestService } from '../testing.ts'

async function openWithSecrets(t: Parameters<typeof openTestService>[0]): Promise<TestService> {
  const service = await openTestService(t)
  const { api, advance } = service
  const names = ['b_1', 'a-1', 'bx1', 'B_1', 'b_10', 'zz']
  for (const [index, name] of names.entries()) {
    advance(1000)
    const scope = index % 2 === 0 ? 'user' : 'workspace'
    await api.createSecret({
      name,
      scope,
      values: { [`key${String(index)}`]: textValue('v'), all: textValue('v') },
      labels: { parity: scope, name },
    })
  }
  advance(1000)
  await api.createSecret({ name: 'zz', scope: 'user', values: {} })
  return service
}

async function names(service: TestService, query: SecretQuery): Promise<readonly string[]> {
  const found: string[] = []
  for await (const secret of everyItem((page: SecretQuery) => service.api.listSecrets(page), query))
    found.push(`${secret.name} ${secret.scope[0] ?? ''}`)
  return found
}

test('lists in every order, in pages of any size, each secret once', async (t) => {
  const service = await openWithSecrets(t)
  const byName = ['B_1 w', 'a-1 w', 'b_1 u', 'b_10 u', 'bx1 u', 'zz w', 'zz u']
  const byTime = ['b_1 u', 'a-1 w', 'bx1 u', 'B_1 w', 'b_10 u', 'zz w', 'zz u']
  for (const limit of [1, 2, 3, 7, 100]) {
    assert.deepEqual(await names(service, { limit }), byName)
    assert.deepEqual(await names(service, { limit, sort: '-name' }), byName.toReversed())
    assert.deepEqual(await names(service, { limit, sort: 'created' }), byTime)
    assert.deepEqual(await names(service, { limit, sort: '-updated' }), byTime.toReversed())
  }
})

test('filters by name, prefix, part, scope, key, label and time; all must hold', async (t) => {
  const service = await openWithSecrets(t)
  assert.deepEqual(await names(service, { name: 'b_1' }), ['b_1 u'])
  assert.deepEqual(await names(service, { namePrefix: 'b_' }), ['b_1 u', 'b_10 u'], '_ is no wildcard')
  assert.deepEqual(await names(service, { namePrefix: '' }), await names(service, {}))
  assert.deepEqual(await names(service, { nameContains: '_1' }), ['B_1 w', 'b_1 u', 'b_10 u'])
  assert.deepEqual(await names(service, { nameContains: '%' }), [])
  assert.deepEqual(await names(service, { scope: 'workspace' }), ['B_1 w', 'a-1 w', 'zz w'])
  assert.deepEqual(await names(service, { key: 'key2' }), ['bx1 u'])
  assert.deepEqual(await names(service, { labels: { parity: 'user' } }), ['b_1 u', 'b_10 u', 'bx1 u'])
  assert.deepEqual(await names(service, { labels: { parity: 'user', name: 'bx1' } }), ['bx1 u'])
  assert.deepEqual(
    await names(service, { created: { from: '2026-01-01T00:00:02Z', until: '2026-01-01T00:00:04.000Z' } }),
    ['a-1 w', 'bx1 u'],
  )
  assert.deepEqual(await names(service, { scope: 'user', namePrefix: 'b', nameContains: '0' }), ['b_10 u'])
  await service.api.updateSecret({ secret: 'bx1', remove: ['key2'] })
  assert.deepEqual(await names(service, { key: 'key2' }), [], 'only the newest version counts')
})

test('a label is found by itself, not by what looks like it inside another', async (t) => {
  const { api } = await openTestService(t)
  await api.createSecret({ name: 'a', values: {}, labels: { x: 'a","team":"data', y: '{"team":"data"}' } })
  assert.deepEqual((await api.listSecrets({ labels: { team: 'data' } })).items, [])
  await api.updateSecret({ secret: 'a', labels: { team: 'data', x: '' } })
  assert.equal((await api.listSecrets({ labels: { team: 'data' } })).items.length, 1)
  await assert.rejects(api.createSecret({ name: 'b', values: {}, labels: { 'a"b': 'c' } }), withCode('input_invalid'))
})

test('refuses limits, sorts, times and cursors that are not of the list', async (t) => {
  const { api } = await openWithSecrets(t)
  for (const limit of [0, -1, 1.5, 1001, Number.NaN])
    await assert.rejects(api.listSecrets({ limit }), withCode('input_invalid'))
  await assert.rejects(api.listSecrets({ sort: 'size' as 'name' }), withCode('input_invalid')) // from outside it may be any text
  await assert.rejects(api.listSecrets({ created: { from: 'yesterday' } }), withCode('input_invalid'))
  const { cursor = '' } = await api.listSecrets({ limit: 2, namePrefix: 'b' })
  assert.equal((await api.listSecrets({ limit: 2, namePrefix: 'b', cursor })).items.length, 1)
  const bad = [
    { namePrefix: 'a', cursor },
    { namePrefix: 'b', sort: '-name', cursor },
    { cursor },
    { namePrefix: 'b', cursor: 'AAAA' },
  ] as const
  for (const query of [...bad, { namePrefix: 'b', cursor: `${cursor.slice(0, -4)}AAAA` }]) {
    await assert.rejects(api.listSecrets(query), withCode('input_invalid'))
  }
})

const noPlan = onPostgres && 'PostgreSQL decides by its statistics, and its words for a plan are others'
test('pages use an index, so that their cost does not grow with the number of secrets', { skip: noPlan }, async (t) => {
  const { sql } = await openTestService(t)
  for (const column of ['name', 'created_at', 'updated_at']) {
    const text = `EXPLAIN QUERY PLAN SELECT id FROM secret WHERE (workspace_id = 'w' AND scope_owner = '' AND deleted_at IS NULL) AND ((${column}, id) > ('a', 'b')) ORDER BY ${column} ASC, id ASC LIMIT 10`
    const plan = (await sql(text)).map((row) => String(row['detail'])).join('; ')
    assert.match(
      plan,
      /^SEARCH secret USING INDEX secret_\w+ \(workspace_id=\? AND scope_owner=\? AND \(?(name|created_at|updated_at)/,
      plan,
    )
    assert.doesNotMatch(plan, /TEMP B-TREE FOR ORDER BY/, plan)
  }
})
