/** `sotto audit list` */
import { everyItem } from '@sotto/sdk/model'
import type { AuditEvent, AuditQuery } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { eventColumns, eventRow } from './event-row.ts'
import { auditFilters } from './filters.ts'

const defaultLimit = 100
const largestPage = 1000

export async function listAudit(call: Call): Promise<undefined> {
  const { print } = call
  const limit = call.input.integer('limit') ?? defaultLimit
  const query = { ...auditFilters(call), limit: Math.min(largestPage, limit + 1) }
  const api = await call.api()
  const items: AuditEvent[] = []
  let more = false
  for await (const event of everyItem((page: AuditQuery) => api.listAudit(page), query)) {
    more = items.length >= limit
    if (more) break
    items.push(event)
  }
  await print.result({ items }, () => ({ columns: eventColumns, rows: items.map(eventRow) }))
  if (more) print.say(`there are more than ${String(limit)}; raise --limit to see them`)
}
