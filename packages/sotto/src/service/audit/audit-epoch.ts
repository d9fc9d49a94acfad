/**
 * A new epoch of the audit chain: after a restore, and after a change of the signing key. Its first events list all rows
 * as they are then, so that `audit verify` knows the rows of what came before, and name the place behind which it stands:
 *
 *     detail = { behind: 'EPOCH:SEQUENCE:HEAD', part, parts, rows: ['TABLE - DIGEST KEY', …], … }
 *
 * so the events of the epochs before stay as provable as they were: the place is in the new chain, under its signature.
 */
import type { AuditCheckpoint, AuditEvent } from '@sotto/sdk/model'
import type { AuditChain, AuditHead, AuditRecord } from '../../store/audit-chain.ts'
import { beginChain } from '../../store/audit-chain.ts'
import type { AuditEventRow } from '../../store/audit.ts'
import { canonicalJson } from '../../store/canonical-json.ts'
import type { LiveKeyring } from '../../store/live-keyring.ts'
import { Rows } from '../../store/rows.ts'
import { tables } from '../../store/schema.ts'
import type { Transaction } from '../../store/store.ts'
import { protectedColumns } from '../../store/table.ts'

export interface EpochInput {
  readonly tx: Transaction
  /** Holds the keys of the new epoch. */
  readonly keyring: LiveKeyring
  readonly chain: AuditChain
  /** The end of the epoch before. */
  readonly behind: AuditHead
  /** At least one more than that of `behind`. */
  readonly epoch: number
  /** The first event, without its detail. */
  readonly record: Omit<AuditRecord, 'detail'>
  readonly detail: AuditEvent['detail']
}

/** The operation after which events of the epoch before may be missing: they were given up. */
export const restoreOperation = 'restoreStore'

/** Rows that one event lists: about 200 KB. */
const rowsAtOnce = 1000

/** Begins the epoch. Its events are signed with the commit. */
export async function beginEpoch(input: EpochInput): Promise<void> {
  const { tx, keyring, chain, behind, epoch, record } = input
  await beginChain(tx, keyring.current, { epoch, sequence: behind.sequence })
  const all = await listRows(tx, keyring)
  const parts = Math.max(1, Math.ceil(all.length / rowsAtOnce))
  for (let part = 1; part <= parts; part++) {
    const rows = all.slice((part - 1) * rowsAtOnce, part * rowsAtOnce)
    const detail = { ...input.detail, behind: placeText(behind), part, parts, rows }
    chain.append(tx, { ...record, detail: canonicalJson(detail) })
  }
}

/** The place behind which the epoch stands whose first event this is; `undefined` for the first epoch of a store. */
export function placeBehind(first: AuditEventRow): AuditCheckpoint | undefined {
  const text = /"behind":"(\d{1,15}):(\d{1,15}):([0-9a-f]{64})"/.exec(first.detail)
  const [, epoch, sequence, head] = text ?? []
  if (epoch === undefined || sequence === undefined || head === undefined) return undefined
  return { epoch: Number(epoch), sequence: Number(sequence), head }
}

/**
 * How much was wrong with the log that a restore put back all the same, where the epoch of that first event began so: what
 * stands behind it then proves nothing, and somebody with the root key has said so.
 */
export function acceptedProblems(first: AuditEventRow): number | undefined {
  if (first.operation !== restoreOperation) return undefined
  const count = /"acceptedProblems":(\d{1,9})/.exec(first.detail)?.[1]
  return count === undefined ? undefined : Number(count)
}

async function listRows(tx: Transaction, keyring: LiveKeyring): Promise<readonly string[]> {
  const rows = new Rows(tx, keyring)
  const listed: string[] = []
  for (const table of tables) {
    if (protectedColumns(table).length === 0) continue
    for await (const { key, digest } of rows.inspect(table)) listed.push(`${table.name} - ${digest} ${key}`)
  }
  return listed
}

function placeText({ epoch, sequence, head }: AuditHead): string {
  return `${String(epoch)}:${String(sequence)}:${Buffer.from(head).toString('hex')}`
}
