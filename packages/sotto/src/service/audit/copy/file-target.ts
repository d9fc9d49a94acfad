/**
 * A copy in a file, in the lines of an export. It is written inside a transaction, so under the lock of the store: lines of
 * several processes stand in the order of the chain, and whoever comes next writes what one that died did not. Where it
 * stands is read from its end, so nothing is kept beside it.
 *
 * The file may be named by somebody who may not overwrite what lies there: it is only ever appended to, is no link and no
 * device, and what is not a copy of this very store is left alone.
 */
import { closeSync, constants, fstatSync, ftruncateSync, lstatSync, openSync, readSync, writeSync } from 'node:fs'
import { shown } from '@sotto/sdk/model'
import { auditEventTable } from '../../../store/audit.ts'
import { Rows } from '../../../store/rows.ts'
import type { Transaction } from '../../../store/store.ts'
import { endLine, eventLine, exportHeader, placeBefore } from '../audit-export-lines.ts'
import { readLine } from '../audit-line.ts'
import { readSignedHead } from '../audit-walk.ts'
import { copyError } from './copy-target.ts'
import type { CopyParts, CopyTarget } from './copy-target.ts'

/** Events that one transaction copies. */
const eventsAtOnce = 500
/** The end of the file that is read first to find its last line; most ends fit. */
const firstTailBytes = 4096

/** For a header of which only its beginning is looked at. */
const noPlace = { epoch: 1, sequence: 0, head: Buffer.alloc(32) }

interface Place {
  readonly epoch: number
  readonly sequence: number
  /** Hex. */
  readonly head: string
}

interface Opened {
  readonly descriptor: number
  readonly inode: number
  sizeBytes: number
  /** The last event in it; `undefined` for an empty file. */
  place: Place | undefined
}

export class FileTarget implements CopyTarget {
  readonly #parts: CopyParts
  readonly #path: string
  #opened: Opened | undefined

  constructor(parts: CopyParts, path: string) {
    this.#parts = parts
    this.#path = path
  }

  async bring(): Promise<void> {
    while (await this.#parts.store.transaction((tx) => this.#append(tx)));
  }

  /** Copies the next events; is there more? Awaits nothing but the transaction. */
  async #append(tx: Transaction): Promise<boolean> {
    const signed = await readSignedHead(tx)
    if (signed === undefined) throw this.#error('has nothing to follow: the head of the chain is missing')
    const file = this.#guard(() => this.#open())
    const { place } = file
    const rows = new Rows(tx, this.#parts.keyring)
    if (place !== undefined) await this.#compare(rows, place, signed)
    const events = await rows.list(
      auditEventTable,
      'WHERE epoch > $1 OR (epoch = $1 AND sequence > $2) ORDER BY epoch, sequence LIMIT $3',
      [place?.epoch ?? 0, place?.sequence ?? 0, eventsAtOnce],
    )
    const last = events.at(-1)
    if (last === undefined) return false
    const keyring = this.#parts.keyring.current
    const header = place ? [] : [exportHeader(keyring, await placeBefore(rows, keyring, events[0], signed))]
    const isEnd = last.sequence === signed.sequence && last.epoch === signed.epoch
    const lines = [...header.map((each) => JSON.stringify(each)), ...events.map(eventLine)]
    this.#guard(() => this.#write(file, `${[...lines, ...(isEnd ? [endLine(signed)] : [])].join('\n')}\n`))
    file.place = { epoch: last.epoch, sequence: last.sequence, head: Buffer.from(last.hash).toString('hex') }
    return !isEnd
  }

  /** The last event of the copy is one of the chain, or of an epoch that a restore ended, or was removed since. */
  async #compare(rows: Rows, place: Place, end: { readonly epoch: number; readonly sequence: number }): Promise<void> {
    if (place.epoch < end.epoch) return
    const [event] = await rows.list(auditEventTable, 'WHERE sequence = $1', [place.sequence])
    const isAhead = place.epoch > end.epoch || place.sequence > end.sequence
    const isOther = event !== undefined && Buffer.from(event.hash).toString('hex') !== place.head
    if (isAhead || isOther) {
      this.close()
      throw this.#error(`holds event ${String(place.sequence)}, which the store does not: the store was put back`)
    }
  }

  /** Opens the file, again where another one lies there now (it was rotated) or other processes have written. */
  #open(): Opened {
    const found = lstatSync(this.#path, { throwIfNoEntry: false })
    if (this.#opened !== undefined && found?.ino !== this.#opened.inode) this.close()
    this.#opened ??= this.#openNew()
    const { size } = fstatSync(this.#opened.descriptor)
    if (size !== this.#opened.sizeBytes) {
      this.#opened.place = this.#readPlace(this.#opened.descriptor, size)
      this.#opened.sizeBytes = fstatSync(this.#opened.descriptor).size
    }
    return this.#opened
  }

  #openNew(): Opened {
    const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants
    const descriptor = openSync(this.#path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600)
    const { ino, uid, mode } = fstatSync(descriptor)
    const refusal = !fstatSync(descriptor).isFile()
      ? 'is no file'
      : (mode & 0o022) !== 0 || (process.getuid !== undefined && uid !== process.getuid())
        ? 'can be written by others'
        : undefined
    if (refusal !== undefined) {
      closeSync(descriptor)
      throw this.#error(refusal)
    }
    return { descriptor, inode: ino, sizeBytes: 0, place: undefined }
  }

  /** The last event, from the end of the file. Refuses what is not a copy of this store. */
  #readPlace(descriptor: number, size: number): Place | undefined {
    if (size === 0) return undefined
    const beginning = readAt(descriptor, 0, Math.min(size, firstTailBytes)).toString('latin1')
    const expected = JSON.stringify(exportHeader(this.#parts.keyring.current, noPlace)).split('"from"')[0] ?? ''
    const header = readLine(beginning.split('\n')[0] ?? '')
    const isOurs = header?.kind === 'header' && beginning.startsWith(expected.split(',"publicKey"')[0] ?? '')
    if (!isOurs) {
      // A crash may have cut off the very first line.
      const isCut = !beginning.includes('\n') && (expected.startsWith(beginning) || beginning.startsWith(expected))
      if (size < firstTailBytes && isCut) {
        ftruncateSync(descriptor, 0)
        return undefined
      }
      throw this.#error('is not a copy of this store; it was left as it is')
    }
    for (let tail = Math.min(size, firstTailBytes); ; tail = Math.min(size, tail * 8)) {
      const text = readAt(descriptor, size - tail, tail).toString()
      const lines = text.split('\n')
      const isCut = lines.pop() !== ''
      // The first piece is a whole line only where the tail is the whole file.
      const place = (tail === size ? lines : lines.slice(1))
        .toReversed()
        .map(placeOf)
        .find((each) => each !== undefined)
      if (place === undefined && tail < size) continue
      if (isCut) writeSync(descriptor, '\n')
      return place
    }
  }

  #write(file: Opened, text: string): void {
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length;) at += writeSync(file.descriptor, bytes, at)
    file.sizeBytes += bytes.length
  }

  #guard<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      this.close()
      if (error instanceof Error && 'syscall' in error && 'code' in error)
        throw this.#error(`cannot be written (${String(error.code)})`)
      throw error
    }
  }

  /** Lets the file go. */
  close(): void {
    if (this.#opened !== undefined) closeSync(this.#opened.descriptor)
    this.#opened = undefined
  }

  #error(why: string): Error {
    return copyError(`file ${shown(this.#path)}`, why)
  }
}

function placeOf(text: string): Place | undefined {
  const line = readLine(text)
  if (line === undefined) return undefined
  if (line.kind === 'header') return line.header.from
  if (line.kind === 'end') return { ...line.end, head: Buffer.from(line.end.head).toString('hex') }
  const { epoch, sequence, hash } = line.event
  return { epoch, sequence, head: Buffer.from(hash).toString('hex') }
}

function readAt(descriptor: number, at: number, size: number): Buffer {
  const bytes = Buffer.alloc(size)
  return bytes.subarray(0, readSync(descriptor, bytes, 0, size, at))
}
