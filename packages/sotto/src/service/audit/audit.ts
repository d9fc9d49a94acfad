/** Reading and verifying the audit chain. The chain itself is in `store/audit-chain.ts`. */
import { SottoError } from '@sotto/sdk/model'
import type { AuditEvent, AuditQuery, AuditVerification } from '@sotto/sdk/model'
import { auditEventTable } from '../../store/audit.ts'
import type { AuditEventRow } from '../../store/audit.ts'
import { exportAudit } from './audit-export.ts'
import { pruneAudit } from './audit-prune.ts'
import { requireAudit } from './audit-right.ts'
import { verifyChain } from './audit-verify.ts'
import type { Call } from '../call.ts'
import { Conditions } from '../conditions.ts'
import { pageLimit, pageStart, toPage } from '../cursor.ts'
import { AfterCommit } from '../door.ts'
import type { AnyHandlers } from '../door.ts'
import { timeText } from '../time.ts'

export const auditHandlers: AnyHandlers<'listAudit' | 'verifyAudit' | 'exportAudit' | 'pruneAudit'> = {
  listAudit: async (call, query) => {
    requireAudit(call)
    return toPage(call, query, {
      rows: await selectEvents(call, query),
      positionOf: (row) => [row.sequence],
      describe: describeEvent,
    })
  },

  verifyAudit: async (call, input): Promise<AfterCommit<AuditVerification>> => {
    requireAudit(call)
    return new AfterCommit(() => verifyChain(call.parts, input))
  },

  exportAudit: (call, query) => {
    requireAudit(call)
    return exportAudit(call, query)
  },

  pruneAudit,
}

/** Events newest first, or oldest first behind a number; one more than the page holds. */
function selectEvents(call: Call, query: AuditQuery): Promise<readonly AuditEventRow[]> {
  const conditions = new Conditions()
  if (query.principal !== undefined) conditions.add('principal = ? OR os_user = ?', query.principal, query.principal)
  conditions.equals('operation', query.operation)
  conditions.equals('outcome', query.outcome)
  conditions.equals('object', query.object)
  // Ids are of letters that JSON writes as they are. To search a text is the one thing SQLite and PostgreSQL spell alike.
  if (query.run !== undefined)
    conditions.add(
      "object = ? OR REPLACE(detail, ?, '') <> detail",
      `run ${query.run}`,
      `"run":${JSON.stringify(query.run)}`,
    )
  conditions.times('occurred_at', 'time', query.time)
  if (query.after !== undefined) conditions.add('sequence > ?', wholeNumber('after', query.after))
  const oldestFirst = query.after !== undefined
  const start = pageStart(call, query)
  conditions.behind(['sequence'], oldestFirst ? 'ascending' : 'descending', start)
  // The number goes on through all epochs, and it is the key.
  const order = `ORDER BY sequence ${oldestFirst ? 'ASC' : 'DESC'} LIMIT ${String(pageLimit(query) + 1)}`
  return call.rows.list(auditEventTable, `${conditions.where} ${order}`, conditions.params)
}

/** Throws `input_invalid` for what is no number of an event. */
function wholeNumber(what: string, given: number): number {
  if (Number.isSafeInteger(given) && given >= 0) return given
  throw new SottoError('input_invalid', `${what} is not the number of an event`)
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
    const { rows: _rows, states: _states, ...shown } = detail as AuditEvent['detail'] // what we write; these two are for verify alone
    return shown
  } catch {
    return {}
  }
}
