/**
 * Walks the chain of the present epoch from its beginning: every hash follows from the event before, the last one is the
 * signed head. Without something that is kept elsewhere (the fingerprint of the signing key, or a checkpoint) the result
 * is "consistent, not authenticated": a store that was replaced as a whole, key and all, looks consistent too. Then the
 * rows are held against what the events say of them: see `row-history.ts`.
 *
 * All of it is one snapshot, so that chain and rows are of one moment and nobody waits for the walk.
 */
import type { AuditVerification, AuditVerifyInput } from '@sotto/sdk/model'
import type { Keyring } from '../keys/keyring.ts'
import { genesisHash, readHead, verifyHead } from '../store/audit-chain.ts'
import type { AuditHead, SignedHead } from '../store/audit-chain.ts'
import { auditEventTable } from '../store/audit.ts'
import { Rows } from '../store/rows.ts'
import type { Transaction } from '../store/store.ts'
import { findAnchor } from './audit-anchor.ts'
import type { Anchor } from './audit-anchor.ts'
import { ChainWalk } from './chain-walk.ts'
import type { ServiceParts } from './parts.ts'

/** Events that are loaded at once, between two turns of the event loop. */
const batchSize = 2000

export async function verifyChain(parts: ServiceParts, input: AuditVerifyInput): Promise<AuditVerification> {
  return parts.store.snapshot(async (tx) => {
    const keyring = parts.keyring.current
    const rows = new Rows(tx, parts.keyring)
    const fingerprint = keyring.auditFingerprint
    const signed = await readSignedHead(tx)
    if (signed === undefined) return broken(keyring, ['the head of the chain is missing'])
    const walk = await walkChain({ tx, rows, keyring, signed }, input.checkpoint)
    if (!verifyHead(keyring, signed))
      walk.note(`the signature of the head, event ${String(signed.sequence)}, does not hold`)
    walk.end(signed)
    await walk.history.compare(rows)
    if (input.checkpoint !== undefined && input.checkpoint.epoch < signed.epoch) {
      const epoch = String(input.checkpoint.epoch)
      walk.note(`the checkpoint is of epoch ${epoch}, which ended when the store was restored`)
    }
    if (input.fingerprint !== undefined && !sameFingerprint(input.fingerprint, fingerprint))
      walk.note(`the store is signed by another key, whose fingerprint is ${fingerprint}`)
    const kept = input.fingerprint !== undefined || input.checkpoint !== undefined
    const { problems } = walk
    return {
      result: problems.length > 0 ? 'broken' : kept ? 'authenticated' : 'consistent, not authenticated',
      events: walk.count,
      fingerprint,
      checkpoint: { epoch: signed.epoch, sequence: signed.sequence, head: Buffer.from(signed.head).toString('hex') },
      problems,
    }
  })
}

interface WalkParts {
  readonly tx: Transaction
  readonly rows: Rows
  readonly keyring: Keyring
  readonly signed: SignedHead
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

/** People write it with `SHA256:` before it, or in capitals. */
export function sameFingerprint(given: string, fingerprint: string): boolean {
  return given.replace(/^sha256:/i, '').toLowerCase() === fingerprint
}

function broken(keyring: Keyring, problems: readonly string[]): AuditVerification {
  const checkpoint = { epoch: 0, sequence: 0, head: '' }
  return { result: 'broken', events: 0, fingerprint: keyring.auditFingerprint, checkpoint, problems }
}
