import { type Automaton, type Cursor } from './automaton.ts'
import { mergeRanges, type Ranges } from './ranges.ts'
import { NONE } from './trie.ts'

/** Masks one output that comes in chunks. */
export interface RedactionStream {
  /**
   * Takes the next chunk and returns what can be shown: possibly nothing, never a part of a value.
   * The result is a copy; the chunk may be reused.
   */
  write(chunk: Uint8Array): Uint8Array
  /**
   * Returns what can be shown of the bytes held. At the end of the output (`final`) that is all of
   * them; a beginning of a value with which the output breaks off is masked when it has at least
   * six bytes or half of the value's bytes. Before the end only what a value added since frees.
   */
  flush(final: boolean): Uint8Array
  /** How many bytes are held, as they may be the beginning of a value; fewer than the longest form has. */
  readonly heldBytes: number
}

/** What a stream asks its redactor for. */
export interface StreamSource {
  /** What replaces values. */
  readonly mask: Uint8Array
  /** The automata to search with; `upcomingBytes` are about to be searched. The same array until they change. */
  automata(upcomingBytes: number): readonly Automaton[]
}

/** The largest part of a chunk that is searched at once; bounds the buffer. In bytes. */
const BLOCK_BYTES = 64 * 1024

/**
 * Bytes held lie in `buffer` from `start` to `end`; ranges and cursors count in the same buffer.
 * What is before the safe point of every automaton is emitted at once.
 */
export class MaskingStream implements RedactionStream {
  private readonly source: StreamSource
  private automata: readonly Automaton[] = []
  private cursors: Cursor[] = []
  private ranges: Ranges = []
  private buffer = new Uint8Array(1024)
  private start = 0
  private end = 0
  /** Whether the mask was the last thing emitted; a value that touches the masked one adds none. */
  private masking = false
  private output: Uint8Array[] = []

  constructor(source: StreamSource) {
    this.source = source
  }

  get heldBytes(): number {
    return this.end - this.start
  }

  /** Look-ups of all automata together since the last change of values, for the test of the bound. */
  get lookups(): number {
    return this.cursors.reduce((sum, cursor) => sum + cursor.lookups, 0)
  }

  write(chunk: Uint8Array): Uint8Array {
    this.refresh(chunk.length)
    for (let at = 0; at < chunk.length; at += BLOCK_BYTES) {
      this.append(chunk.subarray(at, at + BLOCK_BYTES))
      this.search()
      this.emit(this.safePoint())
    }
    return this.takeOutput()
  }

  flush(final: boolean): Uint8Array {
    this.refresh(0)
    if (final) this.maskFragment()
    return final ? this.finish() : this.takeOutput()
  }

  /** Returns all that is held without a search for fragments: the text is known to be complete. */
  finish(): Uint8Array {
    this.emit(this.end)
    this.cursors = this.automata.map(() => ({ node: NONE, at: this.end, lookups: 0 }))
    this.masking = false
    return this.takeOutput()
  }

  /** Turns to the present automata when values were added, and searches what is held again. */
  private refresh(upcomingBytes: number): void {
    const automata = this.source.automata(upcomingBytes)
    if (automata === this.automata) return
    this.automata = automata
    this.cursors = automata.map(() => ({ node: NONE, at: this.start, lookups: 0 }))
    this.search()
    this.emit(this.safePoint())
  }

  private append(bytes: Uint8Array): void {
    if (this.end + bytes.length > this.buffer.length) this.makeRoom(bytes.length)
    this.buffer.set(bytes, this.end)
    this.end += bytes.length
  }

  /** Moves what is held to the front. Half of the buffer stays free, so that the moves are few. */
  private makeRoom(sizeBytes: number): void {
    const held = this.buffer.subarray(this.start, this.end)
    const needed = 2 * (held.length + sizeBytes)
    const target = needed > this.buffer.length ? new Uint8Array(needed) : this.buffer
    target.set(held, 0)
    for (const cursor of this.cursors) cursor.at -= this.start
    this.ranges = this.ranges.map((place) => place - this.start)
    this.end -= this.start
    this.start = 0
    this.buffer = target
  }

  private search(): void {
    for (const [index, automaton] of this.automata.entries()) {
      const cursor = this.cursors[index]
      if (cursor === undefined) continue
      const found: Ranges = []
      automaton.scan(cursor, this.buffer, this.end, found)
      if (found.length > 0) this.ranges = mergeRanges(this.ranges, found)
    }
  }

  private safePoint(): number {
    let safe = this.end
    for (const [index, automaton] of this.automata.entries()) {
      const cursor = this.cursors[index]
      if (cursor !== undefined) safe = Math.min(safe, automaton.safePoint(cursor))
    }
    return safe
  }

  private maskFragment(): void {
    for (const [index, automaton] of this.automata.entries()) {
      const cursor = this.cursors[index]
      if (cursor === undefined) continue
      const start = automaton.fragmentStart(cursor, this.buffer, this.end)
      if (start !== undefined) this.ranges = mergeRanges(this.ranges, [start, this.end])
    }
  }

  /** Emits up to `safe`: clear bytes as they are, a mask for each range. */
  private emit(safe: number): void {
    const { ranges } = this
    let index = 0
    while (index < ranges.length) {
      const from = Math.max(ranges[index] ?? safe, this.start)
      const to = ranges[index + 1] ?? safe
      if (from >= safe) break
      this.emitClear(from)
      if (!this.masking) this.output.push(this.source.mask)
      this.masking = true
      this.start = Math.min(to, safe)
      if (to > safe) break
      index += 2
    }
    this.ranges = index === 0 ? ranges : ranges.slice(index)
    this.emitClear(safe)
  }

  private emitClear(to: number): void {
    // A range that reaches beyond the safe point was cut there, so nothing of it is left to emit.
    if (to <= this.start) return
    this.output.push(this.buffer.slice(this.start, to))
    this.start = to
    this.masking = false
  }

  private takeOutput(): Uint8Array {
    const pieces = this.output
    this.output = []
    return concatBytes(pieces)
  }
}

/** One array of the bytes of all pieces, in order. It shares no memory with them. */
export function concatBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
