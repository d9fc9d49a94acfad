/** `sotto audit tail [-f]`: the latest events, oldest first, an event a line; with -f it goes on. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Api, AuditEvent, AuditQuery } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { safeLine } from '../print/text.ts'
import { eventRow } from './event-row.ts'
import { auditFilters } from './filters.ts'

const defaultCount = 10
const largestPage = 1000
/** Short enough to seem live; a look at a chain that did not grow reads one row. */
const pollMs = 500

export async function tailAudit(call: Call): Promise<undefined> {
  const { input, print } = call
  const filters = auditFilters(call)
  const api = await call.api()
  const write = (event: AuditEvent): void =>
    print.write(
      print.format === 'json'
        ? `${JSON.stringify(event)}\n`
        : `${eventRow(event).map(safeLine).join('  ').trimEnd()}\n`,
    )
  // The end is asked for first: what comes between the two questions is then behind it.
  const [last] = (await api.listAudit({ limit: 1 })).items
  for (const event of await latest(api, filters, input.integer('lines') ?? defaultCount))
    if (event.sequence <= (last?.sequence ?? 0)) write(event)
  if (!input.flag('follow')) return
  for (let after = last?.sequence ?? 0; ; await sleep(pollMs)) after = await follow({ api, filters, write }, after)
}

/** The newest events that fit, oldest first. */
async function latest(api: Api, filters: AuditQuery, count: number): Promise<readonly AuditEvent[]> {
  return (await api.listAudit({ ...filters, limit: Math.min(count, largestPage) })).items.toReversed()
}

interface Following {
  readonly api: Api
  readonly filters: AuditQuery
  readonly write: (event: AuditEvent) => void
}

/** Writes the events behind that number; answers with the number of the last one there is, whether it fits or not. */
async function follow({ api, filters, write }: Following, after: number): Promise<number> {
  const [last] = (await api.listAudit({ limit: 1 })).items
  const end = last?.sequence ?? after
  for (let from = after; from < end;) {
    const { items, cursor } = await api.listAudit({ ...filters, after: from, limit: largestPage })
    for (const event of items) if (event.sequence <= end) write(event)
    if (cursor === undefined) break
    from = items.at(-1)?.sequence ?? end
  }
  return end
}
