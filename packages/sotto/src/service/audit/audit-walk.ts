/** Loads the events of one epoch and follows them. */
import type { AuditVerifyInput } from '@sotto/sdk/model'
import type { Keyring } from '../../keys/keyring.ts'
import { genesisHash, readHead } from '../../store/audit-chain.ts'
import type { AuditHead, SignedHead } from '../../store/audit-chain.ts'
import { auditEventTable } from '../../store/audit.ts'
import type { Rows } from '../../store/rows.ts'
import type { Transaction } from '../../store/store.ts'
import { findAnchor } from './audit-anchor.ts'
import type { Anchor } from './audit-anchor.ts'
import { ChainWalk } from './chain-walk.ts'

/** Events that are loaded at once, between two turns of the event loop. */
const batchSize = 1000

export interface WalkParts {
  readonly tx: Transaction
  readonly rows: Rows
  readonly keyring: Keyring
  /** The end of the epoch. */
  readonly signed: AuditHead
}

/** The walk to the end of the epoch, or through the event with that number. */
export async function walkChain(
  { tx, rows, keyring, signed }: WalkParts,
  checkpoint: AuditVerifyInput['checkpoint'],
  through: number = Number.MAX_SAFE_INTEGER,
): Promise<ChainWalk> {
  const { epoch } = signed
  const anchor = await findAnchorOf(rows, epoch)
  const start = anchor ?? (await findGenesis(tx, keyring, epoch))
  const walk = new ChainWalk({ storeId: keyring.storeId, start, checkpoint })
  if (anchor !== undefined) walk.history.begin(anchor.states)
  for (;;) {
    const batch = await rows.list(
      auditEventTable,
      'WHERE epoch = $1 AND sequence > $2 AND sequence <= $3 ORDER BY sequence LIMIT $4',
      [epoch, walk.place.sequence, through, batchSize],
    )
    for (const row of batch) walk.follow(row)
    if (batch.length < batchSize) break
    await new Promise((resolve) => setImmediate(resolve))
  }
  if (through === Number.MAX_SAFE_INTEGER) walk.beganAt(anchor)
  return walk
}

export async function readSignedHead(tx: Transaction): Promise<SignedHead | undefined> {
  return readHead(await tx.get('SELECT epoch, sequence, head, signature FROM audit_head WHERE id = 1'))
}

/** Where the chain begins that `findGenesis` does not know: events of an older epoch are not walked. */
async function findAnchorOf(rows: Rows, epoch: number): Promise<Anchor | undefined> {
  const anchor = await findAnchor(rows)
  return anchor?.epoch === epoch ? anchor : undefined
}

/** The place before the first event of an epoch. Numbers go on through epochs; what is missing shows by its hash. */
async function findGenesis(tx: Transaction, keyring: Keyring, epoch: number): Promise<AuditHead> {
  const head = genesisHash(keyring.storeId, epoch)
  if (epoch === 1) return { epoch, sequence: 0, head }
  const first = (await tx.get('SELECT MIN(sequence) AS first FROM audit_event WHERE epoch = $1', [epoch]))?.['first']
  return { epoch, sequence: typeof first === 'number' ? first - 1 : 0, head }
}
