/** Events as they leave the store, with all that is needed to verify them elsewhere: see docs/formats/audit.md. */
import type { AuditExportEnd, AuditExportEvent, AuditExportHeader } from '@sotto/sdk/model'
import type { Keyring } from '../../keys/keyring.ts'
import { genesisHash } from '../../store/audit-chain.ts'
import type { AuditHead, SignedHead } from '../../store/audit-chain.ts'
import { auditEventTable } from '../../store/audit.ts'
import type { AuditEventRow } from '../../store/audit.ts'
import { idText } from '../../store/id.ts'
import type { Rows } from '../../store/rows.ts'
import { findAnchor } from './audit-anchor.ts'

/** Milliseconds that a Date can show. */
const lastMs = 8.64e15

/** An event as a line of an export. */
export function eventLine(row: AuditEventRow): string {
  return JSON.stringify(exportEvent(row))
}

/** The signed end as a line of an export. */
export function endLine(signed: SignedHead): string {
  return JSON.stringify({ end: exportEnd(signed) })
}

export function exportEnd(signed: SignedHead): AuditExportEnd {
  return { ...checkpointOf(signed), signature: Buffer.from(signed.signature).toString('hex') }
}

export function exportHeader(keyring: Keyring, from: AuditHead): AuditExportHeader {
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

export function exportEvent(row: AuditEventRow): AuditExportEvent {
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
export async function placeBefore(
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
