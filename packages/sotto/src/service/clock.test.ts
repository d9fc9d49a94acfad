import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textValue } from '@sotto/sdk/model'
import { openTestService } from './testing.ts'

test('a clock that is set back keeps versions and events in their order', async (t) => {
  const { api, advance } = await openTestService(t)
  for (let index = 1; index <= 6; index++) {
    await api.setSecrets({ secrets: [{ name: 'crm', values: { key: textValue(String(index)) } }] })
    advance(index % 2 === 0 ? 1000 : -3_600_000)
  }
  const versions = (await api.listSecretVersions({ secret: 'crm' })).items.map(({ version }) => version)
  assert.deepEqual(versions, [6, 5, 4, 3, 2, 1])
  const events = (await api.listAudit({ operation: 'setSecrets' })).items.map(({ sequence }) => sequence)
  assert.deepEqual(
    events,
    events.toSorted((left, right) => right - left),
  )
  assert.deepEqual((await api.verifyAudit({})).problems, [])
  const [found] = (await api.resolveSecrets({ items: [{ secret: 'crm' }] })).secrets
  assert.ok(found?.unchanged === false)
  assert.equal(found.values['key']?.data, '6')
})
