/** Reading and verifying the audit chain. The chain itself is in `store/audit-chain.ts`. */
import type { AuditEvent, AuditQuery, AuditVerification } from '@sotto/sdk/model'
import { auditEventTable } from '../store/audit.ts'
import type { AuditEventRow } from '../store/audit.ts'
import type { SqlValue } from '../store/store.ts'
import { verifyChain } from './audit-verify.ts'
import type { Call } from './call.ts'
import { pageLimit, pageStart, toPage } from './cursor.ts'
import { AfterCommit } from './door.ts'
import type { Handlers } from './door.ts'
import { parseTime, timeText } from './time.ts'

export const auditHandlers: Handlers<'listAudit' | 'verifyAudit'> = {
  listAudit: async (call, query) => {
    requireAudit(call)
    return toPage(call, query, {
      rows: await selectEvents(call, query),
      positionOf: (row) => [row.epoch, row.sequence],
      describe: describeEvent,
    })
  },

  verifyAudit: async (call, input): Promise<AfterCommit<AuditVerification>> => {
    requireAudit(call)
    return new AfterCommit(() => verifyChain(call.parts, input))
  },
}

function requireAudit(call: Call): void {
  call.ask('audit')
  call.require({ kind: 'audit', name: 'audit' })
}

/** Events newest first, one more than the page holds. */
function selectEvents(call: Call, query: AuditQuery): Promise<readonly AuditEventRow[]> {
  const conditions: string[] = []
  const params: SqlValue[] = []
  const add = (condition: string, value: SqlValue): void => {
    params.push(value)
    conditions.push(`${condition} $${String(params.length)}`)
  }
  if (query.principal !== undefined) add('principal =', query.principal)
  if (query.operation !== undefined) add('operation =', query.operation)
  if (query.outcome !== undefined) add('outcome =', query.outcome)
  if (query.object !== undefined) add('object =', query.object)
  if (query.time?.from !== undefined) add('occurred_at >=', parseTime('from', query.time.from))
  if (query.time?.until !== undefined) add('occurred_at <', parseTime('until', query.time.until))
  const [epoch, sequence] = pageStart(call, query) ?? []
  if (epoch !== undefined && sequence !== undefined) {
    params.push(epoch, sequence)
    conditions.push(`(epoch, sequence) < ($${String(params.length - 1)}, $${String(params.length)})`)
  }
  params.push(pageLimit(query) + 1)
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
  return call.rows.list(
    auditEventTable,
    `${where} ORDER BY epoch DESC, sequence DESC LIMIT $${String(params.length)}`,
    params,
  )
}

function describeEvent(row: AuditEventRow): AuditEvent {
  return {
    epoch: row.epoch,
    sequence: row.sequence,
    at: timeText(row.occurred_at),
    principal: row.principal,
    osUser: row.os_user,
    operation: row.operation,
    outcome: row.outcome === 'done' ? 'done' : 'refused',
    object: row.object,
    objectId: row.object_id,
    detail: parseDetail(row.detail),
  }
}

/** Rows of the chain have no HMAC each: one that was altered must not stop the list, and `verify` names it. */
function parseDetail(text: string): AuditEvent['detail'] {
  try {
    const detail: unknown = JSON.parse(text)
    if (typeof detail !== 'object' || detail === null) return {}
    const { rows: _rows, ...shown } = detail as AuditEvent['detail'] // what we write; `rows` is for verify alone
    return shown
  } catch {
    return {}
  }
}
