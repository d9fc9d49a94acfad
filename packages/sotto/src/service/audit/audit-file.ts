/**
 * Verifies the lines of an audit export, or of a copy that grew with the chain, without store and root key:
 *
 *     header | event, event, … | end | event, … | end        (docs/formats/audit.md)
 *
 * The key that signed is the one that the header names, so without its fingerprint the lines only say of themselves that
 * they are right. A line that is none is a problem, save one that a crash cut off: the next line begins with it, or it was an end.
 */
import { SottoError } from '@sotto/sdk/model'
import type { AuditCheckpoint, AuditExportHeader, AuditVerification, AuditVerifyInput } from '@sotto/sdk/model'
import { fingerprint as fingerprintOf, verifySignature } from '../../keys/signing-key.ts'
import { genesisHash, verifyHead } from '../../store/audit-chain.ts'
import { idBytes } from '../../store/id.ts'
import { readLine } from './audit-line.ts'
import type { AuditLine } from './audit-line.ts'
import { sameFingerprint } from './audit-verify.ts'
import { ChainWalk } from './chain-walk.ts'

interface Opened {
  readonly header: AuditExportHeader
  readonly publicKey: Buffer
  readonly walk: ChainWalk
}

/** Throws `input_invalid` where the lines do not begin like an export; whatever else is wrong is in the answer. */
export async function verifyAuditLines(
  lines: AsyncIterable<string> | Iterable<string>,
  input: AuditVerifyInput,
): Promise<AuditVerification> {
  const reader = new AuditFile(input)
  for await (const line of lines) reader.take(line)
  return reader.finish()
}

class AuditFile {
  readonly #input: AuditVerifyInput
  #opened: Opened | undefined
  #number = 0
  /** A line that could not be read, perhaps cut off. */
  #cut: { readonly text: string; readonly number: number } | undefined
  #isSigned = false

  constructor(input: AuditVerifyInput) {
    this.#input = input
  }

  take(text: string): void {
    this.#number += 1
    if (text === '' || text === '\r') return
    const line = readLine(text)
    const opened = this.#opened ?? this.#open(line)
    this.#endCut(opened, text)
    if (line === undefined) this.#cut = { text, number: this.#number }
    else this.#follow(opened, line)
  }

  finish(): AuditVerification {
    const { header, walk } = this.#opened ?? notAnExport()
    this.#endCut(this.#opened, undefined)
    if (!this.#isSigned) walk.note('the lines end before the end of the chain was signed')
    walk.end(walk.place)
    const given = this.#input.fingerprint
    if (given !== undefined && !sameFingerprint(given, header.fingerprint))
      walk.note(`the chain is signed by another key, whose fingerprint is ${header.fingerprint}`)
    const { place, problems } = walk
    const checkpoint = { epoch: place.epoch, sequence: place.sequence, head: Buffer.from(place.head).toString('hex') }
    // What stands behind a checkpoint is signed by a key of which only the header says that it is the store's.
    const held = given !== undefined || samePlace(this.#input.checkpoint, checkpoint)
    return {
      result: problems.length > 0 ? 'broken' : held ? 'authenticated' : 'consistent, not authenticated',
      events: walk.count,
      fingerprint: header.fingerprint,
      checkpoint,
      problems,
    }
  }

  #open(line: AuditLine | undefined): Opened {
    if (line?.kind !== 'header') return notAnExport()
    const { header } = line
    const publicKey = Buffer.from(header.publicKey, 'hex')
    const storeId = idBytes(header.storeId)
    const { epoch, sequence, head } = header.from
    const start = { epoch, sequence, head: Buffer.from(head, 'hex') }
    const walk = new ChainWalk({ storeId, start, checkpoint: this.#input.checkpoint })
    if (fingerprintOf(publicKey) !== header.fingerprint) walk.note('the fingerprint is not that of the key beside it')
    if (sequence === 0 && !genesisHash(storeId, epoch).equals(start.head))
      walk.note('the first event does not follow the beginning of the chain')
    return (this.#opened = { header, publicKey, walk })
  }

  #follow({ header, publicKey, walk }: Opened, line: AuditLine): void {
    if (line.kind === 'event') {
      walk.follow(line.event)
      this.#isSigned = false
    } else if (line.kind === 'end') {
      const key = { verify: (bytes: Uint8Array, signature: Uint8Array) => verifySignature(publicKey, bytes, signature) }
      if (!verifyHead(key, line.end)) walk.note(`${this.#at(this.#number)}: the signature does not hold`)
      walk.compareEnd(line.end)
      this.#isSigned = true
    } else if (line.header.storeId !== header.storeId || line.header.publicKey !== header.publicKey) {
      walk.note(`${this.#at(this.#number)}: the lines of another store, or of another key, begin`)
    }
  }

  #endCut(opened: Opened | undefined, next: string | undefined): void {
    const cut = this.#cut?.text ?? ''
    // An end says nothing that the next one does not say.
    const isHarmless = next !== undefined && (next.startsWith(cut) || cut.startsWith('{"end"'))
    if (this.#cut !== undefined && !isHarmless) opened?.walk.note(`${this.#at(this.#cut.number)} cannot be read`)
    this.#cut = undefined
  }

  #at(number: number): string {
    return `line ${String(number)}`
  }
}

function samePlace(left: AuditCheckpoint | undefined, right: AuditCheckpoint): boolean {
  return left?.epoch === right.epoch && left.sequence === right.sequence && left.head.toLowerCase() === right.head
}

function notAnExport(): never {
  throw new SottoError('input_invalid', 'this is not an audit export: its first line says nothing of a store', {
    hint: 'sotto audit export --file FILE writes one',
  })
}
