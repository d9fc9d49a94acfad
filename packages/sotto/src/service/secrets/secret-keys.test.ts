/**
 * Goal: what a list says of keys is what the newest version has, whichever write made it the newest. Method: after each
 * kind of write the list is compared with the history, and the row is changed behind the service's back.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { texts } from '../references/reference-testing.ts'
import { openTestService, withCode } from '../testing.ts'
import type { TestService } from '../testing.ts'

/** Names of the keys by list, by description and by the newest version of the history, which must agree. */
async function keysOf({ api, sql }: TestService, secret: string, deleted = false): Promise<readonly string[]> {
  const listed = (await api.listSecrets({ name: secret, deleted })).items[0]
  assert.ok(listed !== undefined)
  if (!deleted) {
    assert.deepEqual(listed, await api.describeSecret({ secret }))
    assert.deepEqual(listed.keys, (await api.listSecretVersions({ secret })).items[0]?.keys)
  }
  const rows = await sql(
    'SELECT s.keys AS own, v.keys AS version FROM secret s JOIN secret_version v ON v.id = s.version_id',
  )
  for (const { own, version } of rows) assert.equal(own, version)
  return listed.keys.map(({ name }) => name)
}

test('a list has the keys of the newest version after every kind of write', async (t) => {
  const service = await openTestService(t)
  const { api } = service
  await api.createSecret({ name: 'a', values: texts({ y: '1', x: '2' }) })
  assert.deepEqual(await keysOf(service, 'a'), ['x', 'y'])
  await api.updateSecret({ secret: 'a', values: texts({ z: '3' }), remove: ['x'], plain: ['y'] })
  assert.deepEqual(await keysOf(service, 'a'), ['y', 'z'])
  await api.updateSecret({ secret: 'a', description: 'no new version' })
  assert.deepEqual(await keysOf(service, 'a'), ['y', 'z'])
  await api.rollbackSecret({ secret: 'a', version: 1 })
  assert.deepEqual(await keysOf(service, 'a'), ['x', 'y'])
  await api.renameSecret({ secret: 'a', newName: 'b' })
  assert.deepEqual(await keysOf(service, 'b'), ['x', 'y'])
  await api.deleteSecret({ secret: 'b' })
  assert.deepEqual(await keysOf(service, 'b', true), ['x', 'y'])
  await api.undeleteSecret({ secret: 'b', newName: 'c' })
  assert.deepEqual(await keysOf(service, 'c'), ['x', 'y'])
  await api.setSecrets({
    secrets: [
      { name: 'c', values: texts({ w: '4' }) },
      { name: 'd', values: texts({ v: '5' }) },
    ],
  })
  assert.deepEqual([await keysOf(service, 'c'), await keysOf(service, 'd')], [['w', 'x', 'y'], ['v']])
})

test('keys in the row of a secret that were altered or taken away are noticed by a list', async (t) => {
  const { api, sql } = await openTestService(t)
  await api.createSecret({ name: 'a', values: texts({ x: '1' }) })
  const [row] = await sql('SELECT keys FROM secret')
  for (const keys of ['[]', null]) {
    await sql('UPDATE secret SET keys = $1', [keys])
    await assert.rejects(api.listSecrets({}), withCode('row_altered'))
    await sql('UPDATE secret SET keys = $1', [row?.['keys'] ?? null])
    assert.equal((await api.listSecrets({})).items.length, 1)
  }
})
