/**
 * Goal: old states show against a checkpoint that was kept elsewhere, and an honest history passes. Method: put back the
 * old file, cut the end of the chain, take a process' events out, sign with another key.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { DatabaseSync } from 'node:sqlite'
import type { AuditVerification, AuditVerifyInput } from '@sotto/sdk/model'
import { SigningKey } from '../../packages/sotto/src/keys/signing-key.ts'
import { hashEvent } from '../../packages/sotto/src/store/audit-chain.ts'
import type { AuditEventRow } from '../../packages/sotto/src/store/audit.ts'
import { freshCopy, withDatabase } from './attack.ts'
import { outcomeOf } from './questions.ts'
import { openFile } from './service.ts'
import { makeTarget } from './target.ts'
import type { Target } from './target.ts'

let target: Target
before(async () => {
  target = await makeTarget()
})
after(() => target.remove())

async function verify(input: AuditVerifyInput): Promise<AuditVerification> {
  const opened = await openFile(target.place)
  try {
    return await opened.api.verifyAudit(input)
  } finally {
    await opened.close()
  }
}

/** Does this to a copy; then neither the fingerprint nor the checkpoint accepts it. */
async function expectBroken(name: string, attack: (db: DatabaseSync) => void): Promise<void> {
  freshCopy(target)
  withDatabase(target.place, attack)
  const { checkpoint, fingerprint } = target.world
  for (const input of [{ checkpoint }, { fingerprint }, { checkpoint, fingerprint }])
    assert.equal((await verify(input)).result, 'broken', `${name} ${JSON.stringify(input)}`)
}

test('an older copy of the whole file is consistent in itself, and broken against a checkpoint', async () => {
  const { earlier, checkpoint, fingerprint } = target.world
  assert.ok(earlier.length >= 3)
  for (const copy of [...earlier, target.world.otherWay]) {
    freshCopy(target, copy)
    assert.equal((await verify({})).result, 'consistent, not authenticated')
    assert.equal((await verify({ fingerprint })).result, 'authenticated') // what a fingerprint alone cannot tell
    assert.equal((await verify({ checkpoint })).result, 'broken', copy)
  }
})

test('a history that went on honestly is accepted, also by an older checkpoint', async () => {
  const { earlierCheckpoint, checkpoint, fingerprint } = target.world
  freshCopy(target)
  assert.equal((await verify({ checkpoint: earlierCheckpoint, fingerprint })).result, 'authenticated')
  const opened = await openFile(target.place)
  await opened.api.resolveSecrets({ items: [{ secret: 'api' }] })
  await opened.api.updateSecret({ secret: 'api', labels: { more: 'yes' } })
  await opened.close()
  for (const kept of [earlierCheckpoint, checkpoint])
    assert.equal((await verify({ checkpoint: kept, fingerprint })).result, 'authenticated')
})

test('a history that went another way since the checkpoint is broken, and another store is too', async () => {
  const { checkpoint, fingerprint, foreign, otherWay } = target.world
  freshCopy(target, otherWay)
  // It has to reach the number of the checkpoint: then the event there is another one.
  const opened = await openFile(target.place)
  for (let index = 0; index < 60; index += 1) await opened.api.resolveSecrets({ items: [{ secret: 'api' }] })
  await opened.close()
  const gone = await verify({ checkpoint })
  assert.equal(gone.result, 'broken')
  assert.match(gone.problems.join(), /is not the one of the checkpoint/)
  freshCopy(target, foreign)
  assert.equal((await verify({ fingerprint })).result, 'broken')
  assert.equal((await verify({ checkpoint })).result, 'broken')
})

test('an end of the chain that was cut off is missed, whatever the head says', async () => {
  const { sequence } = target.world.checkpoint
  for (const last of [0, 1, sequence - 5, sequence - 1]) {
    const cut = `DELETE FROM audit_event WHERE sequence > ${String(last)}`
    await expectBroken(`cut behind ${String(last)}`, (db) => db.exec(cut))
    await expectBroken(`cut behind ${String(last)}, with the head set back`, (db) =>
      db.exec(
        `${cut}; UPDATE audit_head SET sequence = ${String(last)}, head = (SELECT hash FROM audit_event WHERE sequence = ${String(last)}) WHERE ${String(last)} > 0`,
      ),
    )
  }
})

/** The chain as an older copy has it, its signed head included. */
function putChainBack(db: DatabaseSync, from: string): void {
  db.exec(`ATTACH '${from}' AS old; DELETE FROM audit_event; INSERT INTO audit_event SELECT * FROM old.audit_event`)
  db.exec('DELETE FROM audit_head; INSERT INTO audit_head SELECT * FROM old.audit_head; DETACH old')
}

test('a chain that was put back with an older head of its own does not account for the rows', async () => {
  for (const from of target.world.earlier) await expectBroken(`the chain of ${from}`, (db) => putChainBack(db, from))
})

test('a process that runs does not go on behind a chain that was put back', async (t) => {
  freshCopy(target)
  const opened = await openFile(target.place)
  t.after(() => opened.close())
  await opened.api.resolveSecrets({ items: [{ secret: 'api' }] })
  withDatabase(target.place, (db) => putChainBack(db, target.world.earlier[2]!))
  const outcome = await outcomeOf(() => opened.api.resolveSecrets({ items: [{ secret: 'api' }] }))
  assert.ok('code' in outcome && outcome.code === 'audit_broken', JSON.stringify(outcome))
})

function events(db: DatabaseSync): readonly AuditEventRow[] {
  return db.prepare('SELECT * FROM audit_event ORDER BY sequence').all() as unknown as readonly AuditEventRow[] // as the table is declared
}

/** Writes these events as a chain that follows from its first one on, signed by somebody else's key. */
function rechain(db: DatabaseSync, wanted: readonly AuditEventRow[]): void {
  db.exec('DELETE FROM audit_event')
  let head: Uint8Array = Buffer.alloc(32)
  for (const [index, event] of wanted.entries()) {
    const sequence = index + 1
    // The hash of the first one needs no key either: it stays as it is.
    head = sequence === 1 ? event.hash : hashEvent({ ...event, sequence }, head)
    const row = { ...event, sequence, hash: head }
    const columns = Object.keys(row)
    const places = columns.map(() => '?').join(', ')
    db.prepare(`INSERT INTO audit_event (${columns.join(', ')}) VALUES (${places})`).run(...Object.values(row))
  }
  const place = Buffer.alloc(16)
  place.writeBigInt64BE(1n)
  place.writeBigInt64BE(BigInt(wanted.length), 8)
  const signature = new SigningKey(Buffer.alloc(32, 9)).sign(
    Buffer.concat([Buffer.from('sotto/audit-head/1'), place, head]),
  )
  db.prepare('UPDATE audit_head SET sequence = ?, head = ?, signature = ?').run(wanted.length, head, signature)
}

test('the events of one process cannot be taken out, not even from a chain that is made anew', async () => {
  const ofOne = "os_user = 'other-process'"
  await expectBroken('events of one process', (db) => db.exec(`DELETE FROM audit_event WHERE ${ofOne}`))
  await expectBroken('events of one process, the chain made anew', (db) => {
    const kept = events(db).filter(({ os_user: osUser }) => osUser !== 'other-process')
    assert.ok(kept.length > 10 && kept.length < target.world.checkpoint.sequence - 10)
    rechain(db, kept)
  })
})

test('a chain that is signed with another key is refused, edited or not', async () => {
  await expectBroken('signed with another key', (db) => rechain(db, events(db)))
  await expectBroken('edited and signed with another key', (db) =>
    rechain(
      db,
      events(db).map((event) => ({ ...event, principal: 'somebody' })),
    ),
  )
  for (const attack of [
    'UPDATE audit_event SET sequence = -sequence WHERE sequence IN (7, 8); UPDATE audit_event SET sequence = 15 + sequence WHERE sequence < 0',
    'UPDATE audit_event SET epoch = 2',
    'UPDATE audit_event SET epoch = 2 WHERE sequence > 20',
    'INSERT INTO audit_event SELECT 1000, epoch, occurred_at, principal_id, principal, os_user, operation, outcome, object, object_id, detail, hash FROM audit_event WHERE sequence = 5',
  ])
    await expectBroken(attack, (db) => db.exec(attack))
})
