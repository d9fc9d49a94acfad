/**
 * Goal: old events can go, and everything that verification could see before it still sees. Method: shorten chains, then
 * do to rows and events what the chain has to notice.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textValue } from '@sotto/sdk/model'
import type { AuditCheckpoint } from '@sotto/sdk/model'
import { openTestService, withCode } from '../testing.ts'
import type { TestService } from '../testing.ts'

async function placeOf({ api }: TestService, sequence: number): Promise<AuditCheckpoint> {
  const { events } = await api.exportAudit({ from: sequence, limit: 1 })
  const { epoch, hash } = events[0]!
  return { epoch, sequence, head: hash }
}

/** A store whose first `through` events were removed; secrets `a`, `b`, and `gone`, which was deleted. */
async function openPruned(t: Parameters<typeof openTestService>[0], through = 5): Promise<TestService> {
  const service = await openTestService(t)
  const { api } = service
  for (const name of ['a', 'b', 'gone']) await api.createSecret({ name, values: { key: textValue(name) } })
  await service.sql('CREATE TABLE old_secret AS SELECT * FROM secret')
  await api.updateSecret({ secret: 'a', values: { key: textValue('a2') } })
  await api.deleteSecret({ secret: 'gone' })
  await api.createSecret({ name: 'c', values: { key: textValue('c') } })
  await api.pruneAudit({ through: await placeOf(service, through) })
  return service
}

test('what was removed is gone, and the rest is verified as before', async (t) => {
  for (const through of [1, 3, 5, 7]) {
    const service = await openPruned(t, through)
    const { items } = await service.api.listAudit({})
    assert.equal(items[0]?.operation, 'pruneAudit')
    assert.deepEqual(items[0]?.detail['behind'], through)
    assert.equal(items[0]?.detail['states'], undefined)
    assert.equal(items.at(-1)?.sequence, through + 1)
    const verified = await service.api.verifyAudit({})
    assert.deepEqual([verified.result, verified.problems], ['consistent, not authenticated', []])
    assert.equal(verified.events, 8 - through)
    await service.api.updateSecret({ secret: 'b', values: { key: textValue('b2') } })
    const { fingerprint, checkpoint } = verified
    assert.equal((await service.api.verifyAudit({ fingerprint, checkpoint })).result, 'authenticated')
  }
})

test('a chain can be shortened again, also beyond the event of the removal before', async (t) => {
  const service = await openPruned(t)
  await service.api.pruneAudit({ through: await placeOf(service, 6) })
  assert.deepEqual((await service.api.verifyAudit({})).problems, [])
  await service.api.createSecret({ name: 'd', values: { key: textValue('d') } })
  await service.api.pruneAudit({ through: await placeOf(service, 10) })
  assert.deepEqual((await service.api.verifyAudit({})).problems, [])
  assert.equal((await service.api.listAudit({})).items.length, 1)
})

const attacks: readonly { readonly name: string; readonly sql: string; readonly problem: RegExp }[] = [
  { name: 'more events are removed', sql: 'DELETE FROM audit_event WHERE sequence = 6', problem: /event 6|missing/ },
  {
    name: 'more events are removed, the removal too',
    sql: 'DELETE FROM audit_event WHERE sequence <= 8',
    problem: /missing|does not begin|the chain ends/,
  },
  {
    name: 'the event of the removal says something else',
    sql: `UPDATE audit_event SET detail = replace(detail, '"behind":5', '"behind":6') WHERE operation = 'pruneAudit'`,
    problem: /not as it was written/,
  },
  {
    name: 'a row is put back that changed before the removal',
    sql: `UPDATE secret SET (version, version_id, updated_at, mac) = (SELECT version, version_id, updated_at, mac FROM old_secret WHERE name = 'a') WHERE name = 'a'`,
    problem: /^secret \S+ was put back to an older state$/,
  },
  {
    name: 'a row is removed that was written before the removal',
    sql: `DELETE FROM secret_value; DELETE FROM secret_version; DELETE FROM secret WHERE name = 'b'`,
    problem: /was removed outside of Sotto$/,
  },
]

for (const { name, sql, problem } of attacks) {
  test(`verify notices when, behind a removal, ${name}`, async (t) => {
    const service = await openPruned(t)
    for (const text of sql.split('; ')) await service.sql(text)
    const { result, problems } = await service.api.verifyAudit({})
    assert.equal(result, 'broken')
    assert.match(problems[0] ?? '', problem)
  })
}

test('a place that is not in the chain, and a chain that does not hold, are refused', async (t) => {
  const service = await openPruned(t)
  const { api } = service
  const place = await placeOf(service, 7)
  for (const through of [
    { ...place, head: '00'.repeat(32) },
    { ...place, sequence: 3 },
    { ...place, sequence: 99 },
    { ...place, epoch: 2 },
  ])
    await assert.rejects(api.pruneAudit({ through }), withCode('input_invalid'))
  await service.sql("UPDATE audit_event SET principal = 'somebody' WHERE sequence = 6")
  await assert.rejects(api.pruneAudit({ through: place }), withCode('audit_broken'))
  assert.equal((await api.listAudit({})).items.length, 3)
})

test('events that a removal left over, when it was cut off, go with the next one', async (t) => {
  const service = await openTestService(t)
  for (const name of ['a', 'b']) await service.api.createSecret({ name, values: { key: textValue(name) } })
  const kept = await service.sql('SELECT * FROM audit_event')
  await service.api.pruneAudit({ through: await placeOf(service, 2) })
  const [first] = kept
  const columns = Object.keys(first!)
  const places = columns.map((_, index) => `$${String(index + 1)}`)
  await service.sql(
    `INSERT INTO audit_event (${columns.join(', ')}) VALUES (${places.join(', ')})`,
    Object.values(first!),
  )
  assert.deepEqual((await service.api.verifyAudit({})).problems, [])
  await service.api.pruneAudit({ through: await placeOf(service, 3) })
  assert.deepEqual(
    (await service.api.listAudit({})).items.map(({ sequence }) => sequence),
    [5, 4],
  )
})
