/** Follows the events of a chain, one after another, and notes where they are not what was written. */
import type { AuditCheckpoint } from '@sotto/sdk/model'
import { genesisHash, hashEvent } from '../../store/audit-chain.ts'
import type { AuditHead } from '../../store/audit-chain.ts'
import type { AuditEventRow } from '../../store/audit.ts'
import { placeBehind, restoreOperation } from './audit-epoch.ts'
import { readAnchor, sameAnchor } from './audit-anchor.ts'
import type { Anchor } from './audit-anchor.ts'
import { KeyringHistory } from './keyring-history.ts'
import { RowHistory } from './row-history.ts'

export interface WalkInput {
  readonly storeId: Uint8Array
  /** The place behind which the first event stands. */
  readonly start: AuditHead
  readonly checkpoint?: AuditCheckpoint | undefined
}

/** A broken chain is broken everywhere behind the break: the first few places say enough. */
const mostProblems = 20

export class ChainWalk {
  count = 0
  /** Was the event of the checkpoint met, and the right one? */
  metCheckpoint = false
  readonly history: RowHistory = new RowHistory()
  readonly keyring: KeyringHistory = new KeyringHistory()
  readonly #problems: string[] = []
  readonly #storeId: Uint8Array
  readonly #checkpoint: AuditCheckpoint | undefined
  #epoch: number
  #sequence: number
  #hash: Buffer
  #anchor: Anchor | undefined

  constructor({ storeId, start, checkpoint }: WalkInput) {
    this.#storeId = storeId
    this.#checkpoint = checkpoint
    this.#epoch = start.epoch
    this.#sequence = start.sequence
    this.#hash = Buffer.from(start.head)
    this.#compareCheckpoint()
  }

  /** Where the walk stands. */
  get place(): AuditHead {
    return { epoch: this.#epoch, sequence: this.#sequence, head: this.#hash }
  }

  get problems(): readonly string[] {
    return [...this.#problems, ...this.history.problems].slice(0, mostProblems)
  }

  follow(event: AuditEventRow): void {
    this.count += 1
    if (event.epoch !== this.#epoch) this.#enterEpoch(event)
    if (event.sequence !== this.#sequence + 1) {
      this.note(
        event.sequence > this.#sequence
          ? `events ${String(this.#sequence + 1)} to ${String(event.sequence - 1)} are missing`
          : `event ${String(event.sequence)} stands behind event ${String(this.#sequence)}`,
      )
    }
    if (!hashEvent(event, this.#hash).equals(event.hash))
      this.note(`event ${String(event.sequence)} is not as it was written`)
    this.history.follow(event)
    this.keyring.follow(event)
    this.#anchor = readAnchor(event) ?? this.#anchor
    // Going on from the stored hash names each broken place once, not everything behind it.
    this.#hash = Buffer.from(event.hash)
    this.#sequence = event.sequence
    this.#compareCheckpoint()
  }

  /** Says that the chain ends here, at the place that was signed. */
  end(signed: AuditHead): void {
    this.compareEnd(signed)
    this.#endCheckpoint()
  }

  /** Compares where the walk stands with a place that was signed. */
  compareEnd(signed: AuditHead): void {
    if (this.#epoch !== signed.epoch || this.#sequence !== signed.sequence) {
      this.note(`the chain ends at event ${String(this.#sequence)}, but event ${String(signed.sequence)} was signed`)
    } else if (!this.#hash.equals(signed.head)) {
      this.note('the last event is not the one that was signed')
    }
  }

  /** Says that the chain began at that anchor, or at its first event: the newest anchor in it must say the same. */
  beganAt(anchor: Anchor | undefined): void {
    if (anchor === undefined && this.#anchor === undefined) return
    if (anchor !== undefined && this.#anchor !== undefined && sameAnchor(anchor, this.#anchor)) return
    this.note('the chain does not begin where the last removal of old events left it')
  }

  note(problem: string): void {
    this.#problems.push(problem)
  }

  /** Each epoch has a beginning of its own, and names what it stands behind; a restore gives up what came later. */
  #enterEpoch(event: AuditEventRow): void {
    const number = String(event.sequence)
    if (event.epoch < this.#epoch) this.note(`event ${number} is of an older epoch`)
    const behind = placeBehind(event)
    if (behind === undefined) this.note(`event ${number} begins an epoch and does not say what it stands behind`)
    else if (behind.sequence === this.#sequence && behind.head !== this.#hash.toString('hex'))
      this.note(`event ${number} begins an epoch behind another event than the one before it`)
    else if (event.operation === restoreOperation) this.#sequence = behind.sequence
    this.#epoch = event.epoch
    this.#hash = genesisHash(this.#storeId, event.epoch)
  }

  #compareCheckpoint(): void {
    const kept = this.#checkpoint
    if (!kept || kept.epoch !== this.#epoch || kept.sequence !== this.#sequence) return
    this.metCheckpoint = kept.head.toLowerCase() === this.#hash.toString('hex')
    if (!this.metCheckpoint) this.note(`event ${String(kept.sequence)} is not the one of the checkpoint`)
  }

  #endCheckpoint(): void {
    const kept = this.#checkpoint
    if (kept === undefined) return
    const at = `event ${String(kept.sequence)} of epoch ${String(kept.epoch)}`
    if (kept.epoch > this.#epoch || (kept.epoch === this.#epoch && kept.sequence > this.#sequence))
      this.note(`the checkpoint, ${at}, is no longer there`)
  }
}
