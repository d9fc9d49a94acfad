import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestService } from '../testing.ts'
import { mostAddresses } from './refused-callers.ts'

test('a flood of callers whom nobody knows leaves one event an address, and a bounded number of them', async (t) => {
  const { api, service } = await openTestService(t)
  const before = (await api.listAudit({})).items.length
  for (let each = 0; each < 10_000; each += 1) service.refusedCallers.note('192.0.2.1')
  for (let each = 0; each < 1000; each += 1) service.refusedCallers.note(`198.51.100.${String(each)}`)
  assert.equal((await api.listAudit({})).items.length, before, 'nothing is written while they come')
  await service.refusedCallers.flush()
  const { items } = await api.listAudit({})
  const written = items.slice(0, items.length - before)
  assert.equal(written.length, mostAddresses + 1)
  assert.ok(
    written.every(
      ({ operation, outcome, principal }) => operation === 'signIn' && outcome === 'refused' && principal === '',
    ),
  )
  const counts = new Map(written.map(({ object, detail }) => [object, detail['count']]))
  assert.equal(counts.get('caller 192.0.2.1'), 10_000)
  assert.equal(counts.get('caller others'), 1000 - (mostAddresses - 1))
  assert.equal((await api.verifyAudit({})).problems.length, 0)
  await service.refusedCallers.flush()
  assert.equal((await api.listAudit({})).items.length, items.length, 'what was written is not written again')
})

test('what could not be written is counted still', async (t) => {
  const { api, service, sql } = await openTestService(t)
  service.refusedCallers.note('192.0.2.1')
  await sql('ALTER TABLE audit_event RENAME TO gone')
  await assert.rejects(service.refusedCallers.flush())
  await sql('ALTER TABLE gone RENAME TO audit_event')
  service.refusedCallers.note('192.0.2.1')
  await service.refusedCallers.flush()
  assert.equal((await api.listAudit({})).items[0]?.detail['count'], 2)
})
