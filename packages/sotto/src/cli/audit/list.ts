/** `sotto audit list` */
import { everyItem } from '@sotto/sdk/model'
import type { AuditEvent, AuditQuery } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { parseTime } from '../parse/parse-time.ts'

const defaultLimit = 100

export async function listAudit(call: Call): Promise<undefined> {
  const { print } = call
  const query = queryOf(call)
  const limit = call.input.integer('limit') ?? defaultLimit
  const api = await call.api()
  const items: AuditEvent[] = []
  let more = false
  for await (const event of everyItem((page: AuditQuery) => api.listAudit(page), query)) {
    more = items.length >= limit
    if (more) break
    items.push(event)
  }
  await print.result({ items }, () => ({
    columns: ['TIME', 'WHO', 'WHAT', 'RESULT', 'OBJECT', 'DETAIL'],
    rows: items.map((event) => [
      `${event.at.slice(0, 19).replace('T', ' ')} UTC`,
      whoOf(event),
      event.operation,
      event.outcome,
      event.object,
      detailOf(event),
    ]),
  }))
  if (more) print.say(`there are more than ${String(limit)}; raise --limit to see them`)
}

function queryOf({ input, context }: Call): AuditQuery {
  const time = (option: string): string | undefined => {
    const text = input.text(option)
    return text === undefined ? undefined : parseTime(option, text, context.now())
  }
  const range = { from: time('after'), until: time('before') }
  const outcome = input.text('outcome')
  return {
    principal: input.text('principal'),
    operation: input.text('operation'),
    outcome: outcome === 'done' || outcome === 'refused' ? outcome : undefined,
    object: input.text('object'),
    time: range.from === undefined && range.until === undefined ? undefined : range,
    limit: Math.min(1000, (input.integer('limit') ?? defaultLimit) + 1),
  }
}

function whoOf({ principal, osUser }: AuditEvent): string {
  return osUser === '' || osUser === principal ? principal : `${principal} (${osUser})`
}

/** `version 3, keys password username` */
function detailOf({ detail }: AuditEvent): string {
  return Object.entries(detail)
    .map(([name, value]) => `${name} ${typeof value === 'object' ? value.join(' ') : String(value)}`)
    .join(', ')
}
