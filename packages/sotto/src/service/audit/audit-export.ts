/** Pages of events as they leave the store. */
import { SottoError } from '@sotto/sdk/model'
import type { AuditExport, AuditExportQuery } from '@sotto/sdk/model'
import { auditEventTable } from '../../store/audit.ts'
import { exportEnd, exportEvent, exportHeader, placeBefore } from './audit-export-lines.ts'
import { readSignedHead } from './audit-walk.ts'
import type { Call } from '../call.ts'

const mostEvents = 1000

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
  return { header, events: rows.map(exportEvent), ...(reachesEnd && { end: exportEnd(signed) }) }
}
