/**
 * The epochs before the present one, backwards: each ends at the place that the first event of the next one names. A
 * checkpoint of such an epoch is met there; or it is of events that a restore gave up, which only that restore excuses,
 * and only somebody with the root key can have written it.
 */
import type { AuditCheckpoint } from '@sotto/sdk/model'
import { auditEventTable } from '../../store/audit.ts'
import type { AuditEventRow } from '../../store/audit.ts'
import { findAnchor } from './audit-anchor.ts'
import { acceptedProblems, placeBehind, restoreOperation } from './audit-epoch.ts'
import { walkChain } from './audit-walk.ts'
import type { WalkParts } from './audit-walk.ts'

export interface EarlierEpochs {
  readonly events: number
  readonly problems: readonly string[]
  /** As in `AuditVerification`. */
  readonly accepted: string | undefined
}

export async function verifyEarlierEpochs(
  parts: WalkParts,
  checkpoint: AuditCheckpoint | undefined,
): Promise<EarlierEpochs> {
  const { rows, signed } = parts
  const problems: string[] = []
  let events = 0
  // Behind an anchor everything older was removed, and whoever has the key said so.
  const oldest = (await findAnchor(rows))?.epoch ?? 1
  for (let epoch = signed.epoch; epoch > oldest;) {
    const [first] = await rows.list(auditEventTable, 'WHERE epoch = $1 ORDER BY sequence LIMIT 1', [epoch])
    const behind = first && placeBehind(first)
    if (first === undefined || behind === undefined || behind.epoch >= epoch) {
      problems.push(`epoch ${String(epoch)} does not say what it stands behind`)
      break
    }
    const count = acceptedProblems(first)
    if (count !== undefined) {
      if (checkpoint !== undefined && checkpoint.epoch < epoch)
        problems.push(`the checkpoint is of before epoch ${String(epoch)}, which began by accepting a broken log`)
      return { events, problems, accepted: acceptedText(first, count) }
    }
    const end = { ...behind, head: Buffer.from(behind.head, 'hex') }
    const isThere = checkpoint?.epoch === behind.epoch && checkpoint.sequence <= behind.sequence
    const walk = await walkChain({ ...parts, signed: end }, isThere ? checkpoint : undefined, behind.sequence)
    walk.end(end)
    events += walk.count
    problems.push(...walk.problems)
    if (checkpoint !== undefined && isBetween(checkpoint, behind, epoch) && first.operation !== restoreOperation)
      problems.push(
        `the checkpoint, event ${String(checkpoint.sequence)} of epoch ${String(checkpoint.epoch)}, is no longer there`,
      )
    epoch = behind.epoch
  }
  return { events, problems, accepted: undefined }
}

function acceptedText({ epoch, occurred_at: at, os_user: osUser }: AuditEventRow, count: number): string {
  const problems = `${String(count)} ${count === 1 ? 'problem' : 'problems'}`
  const when = new Date(at).toISOString()
  return `epoch ${String(epoch)} began by a restore that accepted a log with ${problems} (${osUser}, ${when}): what was recorded before it proves nothing`
}

/** Is the place one that the epoch did not take over from before? */
function isBetween(place: AuditCheckpoint, behind: AuditCheckpoint, epoch: number): boolean {
  if (place.epoch >= epoch) return false
  return place.epoch > behind.epoch || (place.epoch === behind.epoch && place.sequence > behind.sequence)
}
