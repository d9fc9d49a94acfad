import type { PatternList } from './pattern-list.ts'
import { appendRange, type Ranges } from './ranges.ts'
import { HAS_BRANCH, HAS_NEXT, IS_END, LABEL, NONE, PREFIX_BYTES, Trie } from './trie.ts'

/*
 * Finds every occurrence of many patterns (each at least six bytes) in a text that comes in pieces.
 *
 *             six bytes are an entry
 *   skipping ------------------------> walking --+ a byte leads on: deeper in the trie
 *      ^ |                                |  ^---+ it does not: the failure link, to the longest
 *      | +-- four bytes are in no prefix: |        suffix that begins a pattern (Aho, Corasick 1975)
 *      |     on by up to three bytes      |
 *      +----------------------------------+ no suffix of six bytes or more begins a pattern
 *
 * Skipping is Wu and Manber's shift table (1994) on the first six bytes of the patterns, which
 * passes ordinary text at the cost of one look-up for three bytes. Verifying candidates one by one,
 * as they do, takes text times longest pattern when the text is full of near matches; walking does
 * not. The bound: at most 4 look-ups a byte, whatever the text and the patterns are. A place of the
 * window costs at most 4: its gram, its entry and, when the walk ends, the byte that leads nowhere
 * and the link to nothing. A byte walked over costs 2 and moves the next window on by one: its own
 * look-up, and one failure link, as a link makes the depth less that grows by one a byte. So places
 * of the window and bytes walked over are together at most the bytes of the text.
 */

/** The place of one text in one automaton. */
export interface Cursor {
  /** The node while walking, `NONE` while skipping. */
  node: number
  /** Walking: the next byte to read. Skipping: the first byte at which a pattern may begin. */
  at: number
  /** Look-ups so far; a test holds the bound with it. */
  lookups: number
}

const GRAM_BYTES = 4
const MAX_SHIFT = PREFIX_BYTES - GRAM_BYTES + 1
const GRAM_FACTOR = 0x9e3779b1

/** The patterns of some values, ready to be searched for. It does not change. */
export class Automaton {
  readonly patterns: PatternList
  private readonly trie: Trie
  /** Per node: the node of the longest proper suffix that begins a pattern, or `NONE`. */
  private readonly failures: Int32Array
  /** Per node: how many bytes lead to it. */
  private readonly depths: Int32Array
  /** Per node: the length of the longest pattern that ends here, or 0. */
  private readonly matches: Int32Array
  /** By the hash of four bytes: how far the window may move when it ends with them. */
  private readonly shifts: Uint8Array
  private readonly gramShift: number
  /** The distinct first six bytes of the patterns as 48-bit numbers, sorted. */
  private readonly prefixes: Float64Array

  constructor(patterns: PatternList) {
    this.patterns = patterns
    this.trie = new Trie(patterns)
    const size = this.trie.cells.length
    this.failures = new Int32Array(size).fill(NONE)
    this.depths = new Int32Array(size)
    this.matches = new Int32Array(size)
    this.linkNodes()
    this.trie.parents = new Int32Array(0)
    const entries = this.trie.entryNodes
    // Eight slots for a gram keep chance hits rare; beyond a mebibyte the table leaves the cache.
    const bits = Math.min(20, Math.max(10, 32 - Math.clz32(entries.length * MAX_SHIFT * 8)))
    this.gramShift = 32 - bits
    this.shifts = new Uint8Array(2 ** bits).fill(MAX_SHIFT)
    this.prefixes = new Float64Array(entries.length)
    this.fillPrefixTables()
  }

  /** Reads on to `end`, adds what it finds to `found` and leaves the cursor there. */
  scan(cursor: Cursor, bytes: Uint8Array, end: number, found: Ranges): void {
    for (;;) {
      if (cursor.node === NONE) {
        this.skip(cursor, bytes, end)
        if (cursor.node === NONE) break
      }
      this.walk(cursor, bytes, end, found)
      if (cursor.node !== NONE) return
    }
    while (cursor.at < end && !this.beginsPattern(bytes, cursor.at, end)) cursor.at++
  }

  /** Moves the window on to the next entry, and past it, or until fewer than six bytes are left. */
  private skip(cursor: Cursor, bytes: Uint8Array, end: number): void {
    const { trie, shifts, gramShift } = this
    const lastWindow = end - PREFIX_BYTES
    let { at, lookups } = cursor
    while (at <= lastWindow) {
      const gram = bytes[at + 2]! | (bytes[at + 3]! << 8) | (bytes[at + 4]! << 16) | (bytes[at + 5]! << 24)
      const shift = shifts[Math.imul(gram, GRAM_FACTOR) >>> gramShift]!
      lookups++
      if (shift === MAX_SHIFT) {
        // A case of its own, so that the processor goes on before `shift` is loaded: twice as fast.
        at += MAX_SHIFT
      } else if (shift !== 0) {
        at += shift
      } else {
        lookups++
        cursor.node = trie.enter(bytes, at)
        if (cursor.node !== NONE) {
          at += PREFIX_BYTES
          break
        }
        at++
      }
    }
    cursor.at = at
    cursor.lookups = lookups
  }

  /** Goes on from a node to the end or until nothing of six bytes or more can become a pattern. */
  private walk(cursor: Cursor, bytes: Uint8Array, end: number, found: Ranges): void {
    const { trie, failures, matches } = this
    const { cells } = trie
    let { node, at, lookups } = cursor
    for (;;) {
      const length = matches[node]!
      if (length !== 0) appendRange(found, at - length, at)
      // Nothing goes on from a leaf. Leaving it now and not at the next byte keeps less text back.
      while (node !== NONE && (cells[node]! & (HAS_NEXT | HAS_BRANCH)) === 0) {
        node = failures[node]!
        lookups++
      }
      if (node === NONE || at >= end) break
      const byte = bytes[at]!
      lookups++
      let child = trie.child(node, byte)
      while (child === NONE) {
        node = failures[node]!
        lookups++
        if (node === NONE) break
        child = trie.child(node, byte)
      }
      node = child
      if (node === NONE) break
      at++
    }
    cursor.node = node
    cursor.at = node === NONE ? at - PREFIX_BYTES + 1 : at
    cursor.lookups = lookups
  }

  /** The first byte of the text read that may belong to a pattern which is not complete yet. */
  safePoint(cursor: Cursor): number {
    return cursor.node === NONE ? cursor.at : cursor.at - this.depths[cursor.node]!
  }

  /**
   * Where a telling beginning of a pattern starts with which the text breaks off, or `undefined`.
   * Telling are six bytes, or half of the pattern where that is less.
   */
  fragmentStart(cursor: Cursor, bytes: Uint8Array, end: number): number | undefined {
    if (cursor.node !== NONE) return this.safePoint(cursor)
    let start: number | undefined
    for (let index = 0; index < this.patterns.count; index++) {
      const pattern = this.patterns.at(index)
      const shortest = Math.ceil(pattern.length / 2)
      for (let at = cursor.at; at < (start ?? end) && end - at >= shortest; at++) {
        if (startsWith(pattern, bytes, at, end)) start = at
      }
    }
    return start
  }

  /** Whether the last bytes, fewer than six, begin a pattern. */
  private beginsPattern(bytes: Uint8Array, at: number, end: number): boolean {
    const unit = 256 ** (PREFIX_BYTES - (end - at))
    let wanted = 0
    for (let index = at; index < end; index++) wanted = wanted * 256 + bytes[index]!
    wanted *= unit
    let low = 0
    let high = this.prefixes.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.prefixes[middle]! < wanted) low = middle + 1
      else high = middle
    }
    return low < this.prefixes.length && this.prefixes[low]! < wanted + unit
  }

  /** Depths, failure links and matches, by growing depth: a failure link leads to a lesser one. */
  private linkNodes(): void {
    const { trie, failures, depths, matches } = this
    const { cells, parents } = trie
    for (let node = 0; node < cells.length; node++) {
      depths[node] = parents[node] === NONE ? 1 : depths[parents[node]!]! + 1
    }
    const lastBytes = new Uint8Array(PREFIX_BYTES)
    for (const node of byDepth(depths)) {
      const depth = depths[node]!
      if (depth < PREFIX_BYTES) continue
      const byte = cells[node]! & LABEL
      if (depth > PREFIX_BYTES) {
        let failure = failures[parents[node]!]!
        let target = NONE
        while (failure !== NONE && target === NONE) {
          target = trie.child(failure, byte)
          failure = failures[failure]!
        }
        if (target === NONE) {
          for (let index = PREFIX_BYTES - 1, up = node; index >= 0; index--, up = parents[up]!) {
            lastBytes[index] = cells[up]! & LABEL
          }
          target = trie.enter(lastBytes, 0)
        }
        failures[node] = target
      }
      const failure = failures[node]!
      if ((cells[node]! & IS_END) !== 0) matches[node] = depth
      else if (failure !== NONE) matches[node] = matches[failure]!
    }
  }

  private fillPrefixTables(): void {
    const { shifts, prefixes, gramShift } = this
    const { cells, entryNodes } = this.trie
    for (const [index, node] of entryNodes.entries()) {
      const bytes = Array.from(cells.subarray(node - PREFIX_BYTES + 1, node + 1), (cell) => cell & LABEL)
      prefixes[index] = bytes.reduce((sum, byte) => sum * 256 + byte, 0)
      for (let at = 0; at < MAX_SHIFT; at++) {
        const gram = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
        const slot = Math.imul(gram, GRAM_FACTOR) >>> gramShift
        shifts[slot] = Math.min(shifts[slot]!, MAX_SHIFT - 1 - at)
      }
    }
    prefixes.sort()
  }
}

function startsWith(pattern: Uint8Array, bytes: Uint8Array, at: number, end: number): boolean {
  for (let index = at; index < end; index++) if (bytes[index] !== pattern[index - at]) return false
  return true
}

/** The indices of the nodes, sorted by depth: a counting sort. */
function byDepth(depths: Int32Array): Int32Array {
  const deepest = depths.reduce((most, depth) => Math.max(most, depth), 0)
  const places = new Int32Array(deepest + 2)
  for (const depth of depths) places[depth + 1]!++
  for (let depth = 1; depth < places.length; depth++) places[depth]! += places[depth - 1]!
  const order = new Int32Array(depths.length)
  for (let node = 0; node < depths.length; node++) order[places[depths[node]!]!++] = node
  return order
}
