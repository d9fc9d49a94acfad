/**
 * Walks the chain of the present epoch from its beginning: every hash follows from the event before, the last one is the
 * signed head. Without something that is kept elsewhere (the fingerprint of the signing key, or a checkpoint) the result
 * is "consistent, not authenticated": a store that was replaced as a whole, key and all, looks consistent too. Then the
 * rows are held against what the events say of them: see `row-history.ts`.
 */
import type { AuditCheckpoint, AuditVerification, AuditVerifyInput } from '@sotto/sdk/model'
import type { Keyring } from '../keys/keyring.ts'
import { genesisHash, hashEvent, readHead, verifyHead } from '../store/audit-chain.ts'
import type { SignedHead } from '../store/audit-chain.ts'
import { auditEventTable } from '../store/audit.ts'
import type { AuditEventRow } from '../store/audit.ts'
import type { Rows } from '../store/rows.ts'
import type { Transaction } from '../store/store.ts'
import { RowHistory } from './row-history.ts'

interface ChainParts {
  readonly tx: Transaction
  readonly rows: Rows
  readonly keyring: Keyring
}

/** Events that are loaded at once. */
const batchSize = 1000
/** A broken chain is broken everywhere behind the break: the first few places say enough. */
const mostProblems = 20

export async function verifyChain(parts: ChainParts, input: AuditVerifyInput): Promise<AuditVerification> {
  const { tx, keyring } = parts
  const fingerprint = keyring.auditFingerprint
  const signed = readHead(await tx.get('SELECT epoch, sequence, head, signature FROM audit_head WHERE id = 1'))
  if (signed === undefined) return broken(keyring, ['the head of the chain is missing'])
  const problems: string[] = []
  if (!verifyHead(keyring, signed))
    problems.push(`the signature of the head, event ${String(signed.sequence)}, does not hold`)
  const walk = new Walk(keyring, signed, input.checkpoint)
  await walk.run(parts)
  await walk.history.compare(parts.rows)
  problems.push(...walk.problems, ...walk.history.problems)
  if (input.fingerprint !== undefined && input.fingerprint.toLowerCase() !== fingerprint) {
    problems.push(`the store is signed by another key, whose fingerprint is ${fingerprint}`)
  }
  const kept = input.fingerprint !== undefined || input.checkpoint !== undefined
  return {
    result: problems.length > 0 ? 'broken' : kept ? 'authenticated' : 'consistent, not authenticated',
    events: walk.count,
    fingerprint,
    checkpoint: { epoch: signed.epoch, sequence: signed.sequence, head: Buffer.from(signed.head).toString('hex') },
    problems: problems.slice(0, mostProblems),
  }
}

function broken(keyring: Keyring, problems: readonly string[]): AuditVerification {
  const checkpoint = { epoch: 0, sequence: 0, head: '' }
  return { result: 'broken', events: 0, fingerprint: keyring.auditFingerprint, checkpoint, problems }
}

/** One pass over the events of an epoch. */
class Walk {
  count = 0
  readonly problems: string[] = []
  readonly history: RowHistory = new RowHistory()
  readonly #signed: SignedHead
  readonly #checkpoint: AuditCheckpoint | undefined
  #hash: Buffer
  #sequence = 0

  constructor(keyring: Keyring, signed: SignedHead, checkpoint: AuditCheckpoint | undefined) {
    this.#signed = signed
    this.#checkpoint = checkpoint
    this.#hash = genesisHash(keyring.storeId, signed.epoch)
  }

  async run({ rows }: ChainParts): Promise<void> {
    const { epoch, sequence, head } = this.#signed
    this.#compareCheckpoint(0)
    for (;;) {
      const batch = await rows.list(auditEventTable, 'WHERE epoch = $1 AND sequence > $2 ORDER BY sequence LIMIT $3', [
        epoch,
        this.#sequence,
        batchSize,
      ])
      for (const row of batch) this.#follow(row)
      if (batch.length < batchSize) break
    }
    if (this.#sequence !== sequence) {
      this.#problem(`the chain ends at event ${String(this.#sequence)}, but event ${String(sequence)} was signed`)
    } else if (!this.#hash.equals(head)) {
      this.#problem('the last event is not the one that was signed')
    }
    const kept = this.#checkpoint
    if (kept && (kept.epoch > epoch || (kept.epoch === epoch && kept.sequence > this.#sequence))) {
      this.#problem(`the checkpoint, event ${String(kept.sequence)} of epoch ${String(kept.epoch)}, is no longer there`)
    }
    if (kept && kept.epoch < epoch) {
      this.#problem(`the checkpoint is of epoch ${String(kept.epoch)}, which ended when the store was restored`)
    }
  }

  #follow(row: AuditEventRow): void {
    this.count += 1
    this.history.follow(row)
    if (row.sequence !== this.#sequence + 1) {
      this.#problem(`events ${String(this.#sequence + 1)} to ${String(row.sequence - 1)} are missing`)
    }
    const expected = hashEvent(row, this.#hash)
    if (!expected.equals(row.hash)) this.#problem(`event ${String(row.sequence)} is not as it was written`)
    // Going on from the stored hash names each broken place once, not everything behind it.
    this.#hash = Buffer.from(row.hash)
    this.#sequence = row.sequence
    this.#compareCheckpoint(row.sequence)
  }

  #compareCheckpoint(sequence: number): void {
    const kept = this.#checkpoint
    if (!kept || kept.epoch !== this.#signed.epoch || kept.sequence !== sequence) return
    if (kept.head.toLowerCase() !== this.#hash.toString('hex')) {
      this.#problem(`event ${String(sequence)} is not the one of the checkpoint`)
    }
  }

  #problem(text: string): void {
    this.problems.push(text)
  }
}
