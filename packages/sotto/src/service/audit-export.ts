/** Events as they leave the store, with all that is needed to verify them elsewhere: see docs/formats/audit.md. */
import { SottoError } from '@sotto/sdk/model'
import type { AuditExport, AuditExportEvent, AuditExportHeader, AuditExportQuery } from '@sotto/sdk/model'
import type { Keyring } from '../keys/keyring.ts'
import { genesisHash } from '../store/audit-chain.ts'
import type { AuditHead } from '../store/audit-chain.ts'
import { auditEventTable } from '../store/audit.ts'
import type { AuditEventRow } from '../store/audit.ts'
import { idText } from '../store/id.ts'
import type { Rows } from '../store/rows.ts'
import { findAnchor } from './audit-anchor.ts'
import { readSignedHead } from './audit-walk.ts'
import type { Call } from './call.ts'

const mostEvents = 1000
/** Milliseconds that a Date can show. */
const lastMs = 8.64e15

/** One page, from the event of that number on. */
export async function exportAudit(
  call: Call,
  { from = 0, limit = mostEvents }: AuditExportQuery,
): Promise<AuditExport> {
  if (!Number.isSafeInteger(from) || from < 0)
    throw new SottoError('input_invalid', 'from is not the number of an event')
  if (!Number.isInteger(limit) || limit < 1 || limit > mostEvents)
    throw new SottoError('input_invalid', `the limit of a page is a whole number from 1 to ${String(mostEvents)}`)
  const signed = await readSignedHead(call.tx)
  if (signed === undefined) throw new SottoError('audit_broken', 'the head of the audit chain is missing')
  const rows = await call.rows.list(auditEventTable, 'WHERE sequence >= $1 ORDER BY sequence LIMIT $2', [from, limit])
  const keyring = call.parts.keyring.current
  const header = exportHeader(keyring, await placeBefore(call.rows, keyring, rows[0], signed))
  const reachesEnd = (rows.at(-1)?.sequence ?? signed.sequence) >= signed.sequence
  const end = { ...checkpointOf(signed), signature: Buffer.from(signed.signature).toString('hex') }
  return { header, events: rows.map(exportEvent), ...(reachesEnd && { end }) }
}

function exportHeader(keyring: Keyring, from: AuditHead): AuditExportHeader {
  return {
    format: 'sotto-audit/1',
    storeId: idText(keyring.storeId),
    publicKey: keyring.auditPublicKey.toString('hex'),
    fingerprint: keyring.auditFingerprint,
    from: checkpointOf(from),
  }
}

function checkpointOf({ epoch, sequence, head }: AuditHead): AuditExportHeader['from'] {
  return { epoch, sequence, head: Buffer.from(head).toString('hex') }
}

function exportEvent(row: AuditEventRow): AuditExportEvent {
  const { occurred_at: ms } = row
  return {
    epoch: row.epoch,
    sequence: row.sequence,
    // A time that somebody else wrote into the database must not stop the export; whoever verifies it will say so.
    at: Math.abs(ms) <= lastMs ? new Date(ms).toISOString() : String(ms),
    principalId: row.principal_id,
    principal: row.principal,
    osUser: row.os_user,
    operation: row.operation,
    outcome: row.outcome,
    object: row.object,
    objectId: row.object_id,
    detail: row.detail,
    hash: Buffer.from(row.hash).toString('hex'),
  }
}

/** What the event follows: the event before, or the beginning of its epoch, or the place behind which it was kept. */
async function placeBefore(
  rows: Rows,
  keyring: Keyring,
  event: AuditEventRow | undefined,
  end: AuditHead,
): Promise<AuditHead> {
  if (event === undefined) return end
  const { epoch, sequence } = event
  const [before] = await rows.list(auditEventTable, 'WHERE sequence = $1', [sequence - 1])
  if (before?.epoch === epoch) return { epoch, sequence: before.sequence, head: before.hash }
  if (before === undefined && sequence > 1) {
    const anchor = await findAnchor(rows)
    if (anchor?.epoch === epoch && anchor.sequence === sequence - 1) return anchor
  }
  return { epoch, sequence: sequence - 1, head: genesisHash(keyring.storeId, epoch) }
}
