/**
 * Removes old events. The chain then begins behind a place that a new event of it states (`audit-anchor.ts`): so it is
 * under the signature of the head which events were removed, and what they said of rows is carried on.
 *
 * The chain is walked up to that place first, outside of the transaction: what does not hold is not removed, since it is
 * evidence, and the states of rows come from the events and not from the rows.
 */
import { SottoError } from '@sotto/sdk/model'
import type { AuditCheckpoint, AuditPruned } from '@sotto/sdk/model'
import { auditEventTable } from '../../store/audit.ts'
import type { Store } from '../../store/store.ts'
import { Rows } from '../../store/rows.ts'
import { readSignedHead, walkChain } from './audit-walk.ts'
import { requireAudit } from './audit-right.ts'
import type { Call } from '../call.ts'
import { AfterCommit, PreparedHandler } from '../door.ts'
import type { ServiceParts } from '../parts.ts'

/** Rows whose states one event holds: about 300 kB. */
const statesAtOnce = 5000
/** Events that one transaction removes, so that nobody waits long. */
const removedAtOnce = 5000

export const pruneAudit: PreparedHandler<'pruneAudit'> = new PreparedHandler({
  require: requireAudit,
  prepare: async (parts, { through }) => {
    const states = await readPast(parts, through)
    return (call) => prune(call, through, states)
  },
})

async function prune(
  call: Call,
  through: AuditCheckpoint,
  states: readonly string[],
): Promise<AfterCommit<AuditPruned>> {
  requireAudit(call)
  const [last] = await call.rows.list(auditEventTable, 'WHERE sequence = $1', [through.sequence])
  if (last === undefined || !isAt(through, last.epoch, last.hash)) throw notInChain(through)
  const count = await call.tx.get('SELECT count(*) AS count FROM audit_event WHERE sequence <= $1', [through.sequence])
  const removed = Number(count?.['count'])
  const parts = Math.max(1, Math.ceil(states.length / statesAtOnce))
  for (let part = 0; part < parts; part += 1) {
    const { epoch, sequence: behind, head } = through
    call.event({
      object: 'audit',
      objectId: '',
      detail: {
        behind,
        epoch,
        head,
        removed,
        part: part + 1,
        parts,
        states: states.slice(part * statesAtOnce, (part + 1) * statesAtOnce),
      },
    })
  }
  return new AfterCommit(async () => {
    await removeThrough(call.parts.store, through.sequence)
    return { removed, behind: through }
  })
}

/** The rows as they were behind the place. Throws `input_invalid` for a place that is none, `audit_broken`. */
async function readPast(parts: ServiceParts, through: AuditCheckpoint): Promise<readonly string[]> {
  return parts.store.snapshot(async (tx) => {
    const signed = await readSignedHead(tx)
    if (signed === undefined) throw broken(['the head of the chain is missing'])
    if (!Number.isSafeInteger(through.sequence) || through.epoch !== signed.epoch) throw notInChain(through)
    const rows = new Rows(tx, parts.keyring)
    const walk = await walkChain({ tx, rows, keyring: parts.keyring.current, signed }, undefined, through.sequence)
    if (walk.problems.length > 0) throw broken(walk.problems)
    const { place } = walk
    if (walk.count === 0 || place.sequence !== through.sequence || !isAt(through, place.epoch, place.head))
      throw notInChain(through)
    const { states } = walk.history
    if (states === undefined) {
      throw new SottoError('unsupported', 'this audit chain began before its events listed the rows that they wrote', {
        hint: 'keep it whole, or restore a backup of the store: that begins a chain which does',
      })
    }
    return states
  })
}

/** What is left when this is cut off goes with the next removal; the chain begins behind it all the same. */
async function removeThrough(store: Store, sequence: number): Promise<void> {
  for (let removed = removedAtOnce; removed === removedAtOnce;) {
    removed = await store.transaction((tx) =>
      tx.run(
        'DELETE FROM audit_event WHERE sequence IN (SELECT sequence FROM audit_event WHERE sequence <= $1 ORDER BY sequence LIMIT $2)',
        [sequence, removedAtOnce],
      ),
    )
  }
}

function isAt(place: AuditCheckpoint, epoch: number, head: Uint8Array): boolean {
  return place.epoch === epoch && place.head.toLowerCase() === Buffer.from(head).toString('hex')
}

function notInChain({ epoch, sequence }: AuditCheckpoint): SottoError {
  return new SottoError(
    'input_invalid',
    `event ${String(sequence)} of epoch ${String(epoch)}, with that hash, is not in the chain`,
    { hint: 'sotto audit export shows events with their hashes; only those of the present epoch can be named' },
  )
}

function broken(problems: readonly string[]): SottoError {
  return new SottoError(
    'audit_broken',
    'the audit log was changed; what does not hold is evidence, and is not removed',
    {
      hint: 'sotto audit verify',
      details: { problems },
    },
  )
}
