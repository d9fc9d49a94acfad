/** How an event looks in a list and in a stream of lines. */
import type { AuditEvent } from '@sotto/sdk/model'

export const eventColumns: readonly string[] = ['TIME', 'WHO', 'WHAT', 'RESULT', 'OBJECT', 'DETAIL']

export function eventRow(event: AuditEvent): readonly string[] {
  return [
    `${event.at.slice(0, 19).replace('T', ' ')} UTC`,
    whoOf(event),
    event.operation,
    event.outcome,
    event.object,
    detailOf(event),
  ]
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
