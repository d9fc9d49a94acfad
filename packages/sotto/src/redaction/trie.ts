import type { PatternList } from './pattern-list.ts'

/*
 * A trie whose nodes lie one after the other in the order in which the patterns came:
 *
 *   pattern "secret-one"   s e c r e[t]- o n e          [t] is a node at depth 6, an entry
 *   pattern "secret-two"                 t w o          hangs on the branch ('-', t)
 *
 * Most nodes of forms of random values have one child, and it is the next cell; only further
 * children need a place in the branch table. So a node costs 14 bytes and not a map. The five
 * cells before an entry only spell its prefix, they are no states: whatever is shorter than six
 * bytes is found by looking up six bytes at once.
 *
 * Typed arrays are read with `!` in this file and in automaton.ts: every index is below the length
 * by construction, and a fallback value would hide a mistake.
 */

/** Every pattern has at least this many bytes; the automaton is entered by so many at once. */
export const PREFIX_BYTES = 6
/** No such node. */
export const NONE = -1
/** The bits of a cell that hold the byte which leads to the node. */
export const LABEL = 0xff
/** Flag of a cell: the next cell is a child. */
export const HAS_NEXT = 0x100
/** Flag of a cell: the branch table has children of the node. */
export const HAS_BRANCH = 0x200
/** Flag of a cell: a pattern ends here. */
export const IS_END = 0x400

/** A hash table with open addressing, at most half full. `shift` makes 32 bits an index. */
interface Slots {
  readonly nodes: Int32Array
  readonly shift: number
}

function makeSlots(capacity: number): Slots {
  const bits = Math.max(4, 33 - Math.clz32(capacity))
  return { nodes: new Int32Array(2 ** bits).fill(NONE), shift: 32 - bits }
}

/** The trie of a list of patterns; it does not change once it is built. */
export class Trie {
  readonly cells: Uint16Array
  /** The parent of each cell, `NONE` for the first cell of an entry. Released after the build. */
  parents: Int32Array
  /** The nodes at depth six. */
  readonly entryNodes: number[] = []
  private readonly entries: Slots
  private readonly branches: Slots
  private readonly branchParents: Int32Array

  constructor(patterns: PatternList) {
    // The number of cells is known afterwards only. Labels and parents are cut to size below.
    const cells = new Uint16Array(patterns.totalBytes + 1)
    const parents = new Int32Array(patterns.totalBytes + 1)
    this.cells = cells
    this.parents = parents
    this.entries = makeSlots(patterns.count)
    this.branches = makeSlots(patterns.count)
    this.branchParents = new Int32Array(this.branches.nodes.length)
    let count = 0
    for (let index = 0; index < patterns.count; index++) count = this.insert(patterns.at(index), count)
    this.cells = cells.slice(0, count)
    this.parents = parents.slice(0, count)
  }

  /** The node that these six bytes lead to, or `NONE`. */
  enter(bytes: Uint8Array, at: number): number {
    const { nodes } = this.entries
    const mask = nodes.length - 1
    for (let slot = this.entrySlot(bytes, at); ; slot = (slot + 1) & mask) {
      const node = nodes[slot]!
      if (node === NONE || this.spells(node, bytes, at)) return node
    }
  }

  /** The child of a node by this byte, or `NONE`. */
  child(node: number, byte: number): number {
    const cell = this.cells[node]!
    if ((cell & HAS_NEXT) !== 0 && (this.cells[node + 1]! & LABEL) === byte) return node + 1
    return (cell & HAS_BRANCH) === 0 ? NONE : this.branchChild(node, byte)
  }

  // Apart from `child`, so that `child` stays small enough to be inlined.
  private branchChild(node: number, byte: number): number {
    const { nodes } = this.branches
    const mask = nodes.length - 1
    for (let slot = this.branchSlot(node, byte); ; slot = (slot + 1) & mask) {
      const child = nodes[slot]!
      if (child === NONE) return NONE
      if (this.branchParents[slot] === node && (this.cells[child]! & LABEL) === byte) return child
    }
  }

  private insert(pattern: Uint8Array, count: number): number {
    let end = count
    let node = this.enter(pattern, 0)
    if (node === NONE) {
      for (let index = 0; index < PREFIX_BYTES; index++, end++) {
        this.cells[end] = pattern[index]!
        this.parents[end] = index === 0 ? NONE : end - 1
      }
      node = end - 1
      this.addEntry(node, pattern)
    }
    for (let index = PREFIX_BYTES; index < pattern.length; index++) {
      const byte = pattern[index]!
      let child = this.child(node, byte)
      if (child === NONE) {
        child = end++
        this.cells[child] = byte
        this.parents[child] = node
        if (node === child - 1) this.cells[node]! |= HAS_NEXT
        else this.addBranch(node, child, byte)
      }
      node = child
    }
    this.cells[node]! |= IS_END
    return end
  }

  private addEntry(node: number, pattern: Uint8Array): void {
    const { nodes } = this.entries
    let slot = this.entrySlot(pattern, 0)
    while (nodes[slot] !== NONE) slot = (slot + 1) & (nodes.length - 1)
    nodes[slot] = node
    this.entryNodes.push(node)
  }

  private addBranch(node: number, child: number, byte: number): void {
    const { nodes } = this.branches
    let slot = this.branchSlot(node, byte)
    while (nodes[slot] !== NONE) slot = (slot + 1) & (nodes.length - 1)
    nodes[slot] = child
    this.branchParents[slot] = node
    this.cells[node]! |= HAS_BRANCH
  }

  private spells(node: number, bytes: Uint8Array, at: number): boolean {
    const first = node - PREFIX_BYTES + 1
    for (let index = 0; index < PREFIX_BYTES; index++) {
      if ((this.cells[first + index]! & LABEL) !== bytes[at + index]) return false
    }
    return true
  }

  private entrySlot(bytes: Uint8Array, at: number): number {
    const head = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    const tail = bytes[at + 4]! | (bytes[at + 5]! << 8)
    const mixed = Math.imul(head ^ Math.imul(tail, 0x9e3779b1), 0x85ebca6b)
    return Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) >>> this.entries.shift
  }

  private branchSlot(node: number, byte: number): number {
    const mixed = Math.imul(node ^ (byte << 23), 0x85ebca6b)
    return Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) >>> this.branches.shift
  }
}
