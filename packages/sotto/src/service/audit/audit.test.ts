import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textValue } from '@sotto/sdk/model'
import type { AuditCheckpoint, Flavor } from '@sotto/sdk/model'
import { openTestService, withCode } from '../testing.ts'
import type { TestService } from '../testing.ts'

async function withEvents(service: TestService, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    await service.api.createSecret({ name: `s${String(index)}`, values: { key: textValue('value-never-shown') } })
    service.advance(1000)
  }
}

test('events are listed newest first and filtered; none holds a value', async (t) => {
  const service = await openTestService(t)
  await withEvents(service, 3)
  await assert.rejects(service.api.describeSecret({ secret: 'nowhere' }), withCode('secret_not_found'))
  const { items } = await service.api.listAudit({})
  assert.equal(items[0]?.outcome, 'refused')
  assert.equal(items[0]?.object, 'secret nowhere')
  assert.equal(items[1]?.object, 'secret s2')
  assert.ok(!JSON.stringify(items).includes('value-never-shown'))
  const created = await service.api.listAudit({ operation: 'createSecret', object: 'secret s1' })
  assert.deepEqual(
    created.items.map(({ operation, outcome, principal, osUser }) => ({ operation, outcome, principal, osUser })),
    [{ operation: 'createSecret', outcome: 'done', principal: 'local', osUser: 'tester' }],
  )
  const page = await service.api.listAudit({ limit: 2 })
  assert.equal((await service.api.listAudit({ limit: 2, cursor: page.cursor })).items.length, 2)
  const ranged = await service.api.listAudit({
    time: { from: created.items[0]?.at, until: '2026-01-01T00:00:02.000Z' },
  })
  assert.deepEqual(
    ranged.items.map(({ object }) => object),
    ['secret s1'],
  )
})

test('a whole chain is consistent, and authenticated with the fingerprint or a checkpoint', async (t) => {
  const service = await openTestService(t)
  await withEvents(service, 5)
  const plain = await service.api.verifyAudit({})
  assert.equal(plain.result, 'consistent, not authenticated')
  assert.equal((await service.api.verifyAudit({ fingerprint: plain.fingerprint })).result, 'authenticated')
  await withEvents({ ...service, api: service.api }, 0)
  await service.api.createSecret({ name: 'later', values: { key: textValue('later') } })
  assert.equal((await service.api.verifyAudit({ checkpoint: plain.checkpoint })).result, 'authenticated')
  assert.equal((await service.api.verifyAudit({ fingerprint: '00'.repeat(32) })).result, 'broken')
})

/** Each is done behind the service's back, by someone who can write the database but has no key. */
const attacks: readonly { name: string; sql: string }[] = [
  { name: 'an event is edited', sql: "UPDATE audit_event SET principal = 'somebody' WHERE sequence = 3" },
  { name: 'a detail is edited', sql: "UPDATE audit_event SET detail = '{}' WHERE sequence = 3" },
  { name: 'an event is removed', sql: 'DELETE FROM audit_event WHERE sequence = 3' },
  { name: 'the end is cut', sql: 'DELETE FROM audit_event WHERE sequence > 4' },
  { name: 'two events change places', sql: 'UPDATE audit_event SET sequence = 7 - sequence WHERE sequence IN (3, 4)' },
  {
    name: 'the end is cut and the head put back',
    sql: 'UPDATE audit_head SET sequence = 4, head = (SELECT hash FROM audit_event WHERE sequence = 4)',
  },
  { name: 'the signature is changed', sql: 'UPDATE audit_head SET signature = zeroblob(64)' },
  { name: 'the head is removed', sql: 'DELETE FROM audit_head' },
]

for (const { name, sql } of attacks) {
  test(`verify notices when ${name}`, async (t) => {
    const service = await openTestService(t)
    await withEvents(service, 6)
    const swap = sql.includes('7 - sequence')
    // SQLite checks uniqueness row by row, so a swap takes a detour.
    if (swap) await service.sql('UPDATE audit_event SET sequence = sequence + 100 WHERE sequence IN (3, 4)')
    await service.sql(swap ? 'UPDATE audit_event SET sequence = 107 - sequence WHERE sequence > 100' : sql)
    const verification = await service.api.verifyAudit({})
    assert.equal(verification.result, 'broken')
    assert.ok(verification.problems.length > 0)
  })
}

test('an old state of the whole database is noticed against a checkpoint that was kept elsewhere', async (t) => {
  const service = await openTestService(t)
  await withEvents(service, 3)
  const { checkpoint } = await service.api.verifyAudit({})
  const later: AuditCheckpoint = { ...checkpoint, sequence: checkpoint.sequence + 2 }
  const verification = await service.api.verifyAudit({ checkpoint: later })
  assert.equal(verification.result, 'broken')
  assert.match(verification.problems.join(), /no longer there/)
  const other: AuditCheckpoint = { ...checkpoint, head: '00'.repeat(32) }
  assert.equal((await service.api.verifyAudit({ checkpoint: other })).result, 'broken')
})

const local: Flavor = { type: 'orchestrator', name: 'local', builtIn: true, description: '', attributes: [] }

/** Each leaves a row as Sotto once wrote it, HMAC and all. */
const oldStates: readonly { name: string; sql: readonly string[]; problem: RegExp }[] = [
  {
    name: 'put back to an older state',
    sql: [
      'UPDATE secret SET (version, version_id, updated_at, mac) = (SELECT version, version_id, updated_at, mac FROM old_secret)',
    ],
    problem: /^secret \S+ was put back to an older state$/,
  },
  { name: 'removed', sql: ['DELETE FROM component'], problem: /^component \S+ was removed outside of Sotto$/ },
  {
    name: 'put back after its deletion',
    sql: ['INSERT INTO component SELECT * FROM old_component'],
    problem: /^component \S+ was deleted, and put back outside of Sotto$/,
  },
]

for (const { name, sql, problem } of oldStates) {
  test(`verify names a row that was ${name}`, async (t) => {
    const service = await openTestService(t, { flavors: [local] })
    const { api } = service
    await api.createSecret({ name: 'api', values: { key: textValue('one') } })
    await api.registerComponent({ type: 'orchestrator', name: 'other', flavor: 'local', attributes: {} })
    await service.sql('CREATE TABLE old_secret AS SELECT * FROM secret')
    await service.sql("CREATE TABLE old_component AS SELECT * FROM component WHERE name = 'other'")
    await api.updateSecret({ secret: 'api', values: { key: textValue('two') } })
    await api.deleteComponent({ type: 'orchestrator', component: 'other' })
    assert.deepEqual((await api.verifyAudit({})).problems, [])
    await service.sql('DELETE FROM stack_component')
    for (const text of sql) await service.sql(text)
    const { result, problems } = await api.verifyAudit({})
    assert.equal(result, 'broken')
    for (const each of problems) assert.match(each, problem)
    // A change on top of it does not cover it up.
    await api.updateSecret({ secret: 'api', labels: { more: 'yes' } })
    assert.equal((await api.verifyAudit({})).result, 'broken')
  })
}

test('what an event says of rows is for verify alone', async (t) => {
  const service = await openTestService(t)
  await service.api.createSecret({ name: 'api', values: { key: textValue('one') } })
  const [row] = await service.sql("SELECT detail FROM audit_event WHERE operation = 'createSecret'")
  assert.match(String(row?.['detail']), /"rows":\["secret - [0-9a-f]{64} \S+","secret_version - [0-9a-f]{64} \S+"\]/)
  const { items } = await service.api.listAudit({})
  assert.deepEqual(items[0]?.detail, { version: 1, scope: 'user', written: ['key'] })
})

test('only who may describe the audit reads or verifies it', async (t) => {
  const service = await openTestService(t)
  const api = service.withRule((_principal, _right, { kind }) => kind !== 'audit')
  await assert.rejects(api.listAudit({}), withCode('forbidden'))
  await assert.rejects(api.verifyAudit({}), withCode('forbidden'))
})
