/**
 * The audit chain of a store: one, whatever the number of processes. Each commit locks the head, appends its events and
 * signs the new head once. The layout of what is hashed and signed is in docs/formats/audit.md.
 *
 *     genesis = SHA-256('sotto/audit-genesis/1' | store id | epoch)
 *     hash(n) = SHA-256('sotto/audit-event/1' | hash(n-1) | epoch | n | time | texts, each with its length)
 *     signature = Ed25519('sotto/audit-head/1' | epoch | n | hash(n))
 */
import { createHash, hash } from 'node:crypto'
import { SottoError } from '@sotto/sdk/model'
import type { Keyring } from '../keys/keyring.ts'
import { auditEventTable } from './audit.ts'
import type { AuditEventRow } from './audit.ts'
import type { LiveKeyring } from './live-keyring.ts'
import { Rows } from './rows.ts'
import type { CommitStep, SqlRow, Transaction } from './store.ts'

/** An event before it has its place in the chain. Holds no value, no length and no hash of one. */
export type AuditRecord = Omit<AuditEventRow, 'epoch' | 'sequence' | 'hash'>

/** A place in the chain. */
export interface AuditHead {
  readonly epoch: number
  readonly sequence: number
  /** 32 bytes. */
  readonly head: Uint8Array
}

export interface SignedHead extends AuditHead {
  readonly signature: Uint8Array
}

export class AuditChain {
  readonly #keyring: LiveKeyring
  /** The head that this process signed last; any other one that lies in the database is verified first. */
  #signed: SignedHead | undefined
  /** The head that lay in the database when this process looked last: from there the chain only grows. */
  #seen: AuditHead | undefined

  constructor(keyring: LiveKeyring) {
    this.#keyring = keyring
  }

  /** Appends the event in the commit of the work. When it cannot be written, nothing of the work is. */
  append(tx: Transaction, record: AuditRecord): void {
    tx.atCommit(this.#flush, record)
  }

  readonly #flush: CommitStep<AuditRecord> = async (tx, records) => {
    // Moving the number first locks the head against other processes, in databases that allow several writers too.
    const row = await tx.get(
      'UPDATE audit_head SET sequence = sequence + $1 WHERE id = 1 AND sequence < $2 RETURNING epoch, sequence, head, signature',
      [records.length, Number.MAX_SAFE_INTEGER - records.length],
    )
    const before = this.#readHead(row, records.length)
    const rows = new Rows(tx, this.#keyring)
    const { epoch } = before
    let { sequence, head } = before
    // Without waiting for each: a database at the end of a network then answers all of them at once.
    const inserts: Promise<void>[] = []
    for (const record of records) {
      sequence += 1
      head = hashEvent({ ...record, epoch, sequence }, head)
      inserts.push(rows.insert(auditEventTable, { ...record, epoch, sequence, hash: head }))
    }
    await Promise.all(inserts)
    const signature = signHead(this.#keyring.current, { epoch, sequence, head })
    await tx.run('UPDATE audit_head SET head = $1, signature = $2 WHERE id = 1', [head, signature])
    this.#signed = { epoch, sequence, head, signature }
  }

  /** The head as it was before; appending to one that was altered would make it look right. */
  #readHead(row: SqlRow | undefined, added: number): AuditHead {
    const stored = readHead({ ...row, sequence: Number(row?.['sequence']) - added })
    if (stored === undefined) throw brokenChain('its head is missing, or is not one')
    if (this.#signed === undefined || !sameHead(this.#signed, stored)) {
      if (!verifyHead(this.#keyring.current, stored)) throw brokenChain('the signature of its head does not hold')
      // An older head was signed too: whoever kept it could cut off what came after.
      if (this.#seen !== undefined && !isBehind(stored, this.#seen))
        throw brokenChain('it was put back to an older state')
    }
    this.#seen = stored
    return stored
  }
}

/** Is the place the other one, or one that the chain reaches after it? */
function isBehind(place: AuditHead, before: AuditHead): boolean {
  if (place.epoch !== before.epoch) return place.epoch > before.epoch
  if (place.sequence !== before.sequence) return place.sequence > before.sequence
  return Buffer.compare(place.head, before.head) === 0
}

function sameHead(left: SignedHead, right: SignedHead): boolean {
  return (
    left.epoch === right.epoch &&
    left.sequence === right.sequence &&
    Buffer.compare(left.head, right.head) === 0 &&
    Buffer.compare(left.signature, right.signature) === 0
  )
}

/** Begins the chain of a new store, or its next epoch behind that event: `service/audit/audit-epoch.ts` says with what. */
export async function beginChain(
  tx: Transaction,
  keyring: Keyring,
  { epoch, sequence }: Pick<AuditHead, 'epoch' | 'sequence'> = { epoch: 1, sequence: 0 },
): Promise<void> {
  const head = genesisHash(keyring.storeId, epoch)
  const signature = signHead(keyring, { epoch, sequence, head })
  await tx.run('DELETE FROM audit_head', [])
  await tx.run('INSERT INTO audit_head (id, epoch, sequence, head, signature) VALUES (1, $1, $2, $3, $4)', [
    epoch,
    sequence,
    head,
    signature,
  ])
}

/** What the first event of an epoch follows. */
export function genesisHash(storeId: Uint8Array, epoch: number): Buffer {
  return createHash('sha256').update('sotto/audit-genesis/1').update(storeId).update(int64(epoch)).digest()
}

/** The hash of an event behind the one with the hash `previous`. */
export function hashEvent(event: Omit<AuditEventRow, 'hash'>, previous: Uint8Array): Buffer {
  const texts = [
    event.principal_id,
    event.principal,
    event.os_user,
    event.operation,
    event.outcome,
    event.object,
    event.object_id,
    event.detail,
  ]
  let mostBytes = eventPrefix.length + previous.length + 24
  for (const text of texts) mostBytes += 4 + 3 * text.length // UTF-8 has at most three bytes for a unit of UTF-16
  const bytes = Buffer.allocUnsafe(mostBytes)
  let offset = eventPrefix.copy(bytes)
  bytes.set(previous, offset)
  offset = writeInt64(bytes, event.epoch, offset + previous.length)
  offset = writeInt64(bytes, event.sequence, offset)
  offset = writeInt64(bytes, event.occurred_at, offset)
  for (const text of texts) {
    const size = bytes.write(text, offset + 4)
    offset = bytes.writeUInt32BE(size, offset) + size
  }
  return hash('sha256', bytes.subarray(0, offset), 'buffer')
}

const eventPrefix = Buffer.from('sotto/audit-event/1')

/** Reads a row of the head; `undefined` where it is not one. */
export function readHead(row: SqlRow | undefined): SignedHead | undefined {
  const { epoch, sequence, head, signature } = row ?? {}
  if (typeof epoch !== 'number' || typeof sequence !== 'number') return undefined
  if (!Number.isSafeInteger(epoch) || !Number.isSafeInteger(sequence)) return undefined
  if (!(head instanceof Uint8Array) || !(signature instanceof Uint8Array)) return undefined
  return { epoch, sequence, head, signature }
}

/** What tells whether the store's audit key signed something: its keyring, or the public key alone. */
export interface HeadVerifier {
  verify(bytes: Uint8Array, signature: Uint8Array): boolean
}

/** Did the key sign that place? */
export function verifyHead(key: HeadVerifier, signed: SignedHead): boolean {
  return key.verify(headBytes(signed), signed.signature)
}

function signHead(keyring: Keyring, head: AuditHead): Buffer {
  return keyring.sign(headBytes(head))
}

function headBytes({ epoch, sequence, head }: AuditHead): Buffer {
  return Buffer.concat([Buffer.from('sotto/audit-head/1'), int64(epoch), int64(sequence), head])
}

function int64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  writeInt64(bytes, value, 0)
  return bytes
}

/** A safe integer as 8 bytes of two's complement, without the way through a BigInt. Gives the offset behind it. */
function writeInt64(bytes: Buffer, value: number, offset: number): number {
  const high = Math.floor(value / 2 ** 32)
  return bytes.writeUInt32BE(value - high * 2 ** 32, bytes.writeInt32BE(high, offset))
}

function brokenChain(what: string): SottoError {
  return new SottoError('audit_broken', `the audit chain cannot be continued: ${what}`, {
    hint: 'sotto audit verify says where; restore a backup. Nothing was changed or revealed',
  })
}
