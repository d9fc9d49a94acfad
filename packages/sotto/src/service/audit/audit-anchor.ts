/**
 * Where a chain begins whose old events were removed. `pruneAudit` writes, as events of the chain:
 *
 *     detail = { behind, epoch, head, part, parts, states: ["TABLE DIGEST KEY", …] }
 *
 * the place behind which the chain goes on, and how all rows were when it stood there. So what the removed events said of
 * rows is still known, and the place itself is under the signature of the head, whoever removes more.
 */
import { auditEventTable } from '../../store/audit.ts'
import type { AuditEventRow } from '../../store/audit.ts'
import type { AuditHead } from '../../store/audit-chain.ts'
import type { Rows } from '../../store/rows.ts'

export interface Anchor extends AuditHead {
  /** `TABLE DIGEST KEY` of each row that was there. */
  readonly states: readonly string[]
}

/** The newest anchor of the store, its parts put together; `undefined` for a chain that was never shortened. */
export async function findAnchor(rows: Rows): Promise<Anchor | undefined> {
  const events = await rows.list(auditEventTable, 'WHERE operation = $1 AND outcome = $2 ORDER BY sequence DESC', [
    'pruneAudit',
    'done',
  ])
  const anchors = events.flatMap((event) => readAnchor(event) ?? [])
  const [newest] = anchors
  if (newest === undefined) return undefined
  const parts = anchors.filter((anchor) => sameAnchor(anchor, newest)).toReversed()
  return { ...newest, states: parts.flatMap(({ states }) => states) }
}

/** The anchor that an event tells of; `undefined` for every other event. */
export function readAnchor(event: AuditEventRow): Anchor | undefined {
  if (event.operation !== 'pruneAudit' || event.outcome !== 'done') return undefined
  try {
    const detail = JSON.parse(event.detail) as { readonly [name: string]: unknown } // looked at member by member
    const { behind, epoch, head, states } = detail
    if (typeof behind !== 'number' || typeof epoch !== 'number' || typeof head !== 'string') return undefined
    const texts = Array.isArray(states) ? states.filter((state) => typeof state === 'string') : []
    return { epoch, sequence: behind, head: Buffer.from(head, 'hex'), states: texts }
  } catch {
    return undefined
  }
}

export function sameAnchor(left: AuditHead, right: AuditHead): boolean {
  return left.epoch === right.epoch && left.sequence === right.sequence && Buffer.compare(left.head, right.head) === 0
}
