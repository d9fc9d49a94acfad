/**
 * Rows that were loaded and verified before, remembered while nobody can have changed them:
 *
 *     a statement that writes a table forgets that table's rows, and none are kept until the batch has ended,
 *     so that what is rolled back was never remembered; one that writes the keyring, under which rows were
 *     verified, or that may do anything, forgets all;
 *     after a commit of any other connection (PRAGMA data_version, looked at once per batch) no row is fresh: each has to
 *     be loaded again, and only where it is the same, column for column, need it not be verified again
 *
 * so a fresh row is always what a SELECT would give. Without it a read loads and verifies five rows, which costs
 * more than opening the value. No key and no value in clear is in a row.
 *
 * What was not asked for lately goes first: rows are put into the young generation, and when that is full it takes the
 * place of the old one, from which rows that are asked for again come back.
 */
import type { Remembered, Search, SqlValue } from './store.ts'

interface Entry extends Remembered {
  fresh: boolean
  /** How often another connection had committed when the row was loaded. */
  readonly age: number
}

/** By the parameters of a search, one level for each of them. */
type Level = Map<Key, Level | Entry>

/** Bytes stand as a text of their own kind. */
type Key = string | number | null

/** By table, then by condition. */
type Generation = Map<string, Map<string, Level>>

/** Of one generation; there are two. */
const mostRows = 8192
const mostBytes = 8 * 1024 * 1024
const largestRowBytes = 64 * 1024
/** What an entry costs beside its texts and bytes. */
const entryBytes = 300

export class RowMemory {
  #young: Generation = new Map()
  #old: Generation = new Map()
  #rows = 0
  #bytes = 0
  readonly #written = new Set<string>()
  #everythingWritten = false
  #dataVersion: unknown = undefined
  #age = 0

  /** At the beginning of a batch, inside its transaction. Has another connection committed since the one before? */
  beginBatch(dataVersion: unknown): boolean {
    this.#written.clear()
    this.#everythingWritten = false
    if (dataVersion === this.#dataVersion) return false
    const first = this.#dataVersion === undefined
    this.#age += 1
    this.#dataVersion = dataVersion
    return !first
  }

  /** A statement writes this table; without one, who knows which. */
  write(table: string | undefined): void {
    if (table === undefined || table === 'keyring') {
      this.#forgetAll()
      this.#everythingWritten = true
    } else {
      this.#young.delete(table)
      this.#old.delete(table)
      this.#written.add(table)
    }
  }

  /** What `remember` kept for the search; its row is `undefined` where it is known not to be there. */
  recall(search: Search): Remembered | undefined {
    let entry = find(this.#young, search)
    if (entry === undefined) {
      entry = find(this.#old, search)
      if (entry === undefined) return undefined
      this.#keep(search, entry)
    }
    entry.fresh = entry.age === this.#age
    return entry
  }

  remember(search: Search, row: object | undefined): void {
    if (this.#everythingWritten || this.#written.has(search.table) || sizeOf(row) > largestRowBytes) return
    this.#keep(search, { row, fresh: true, age: this.#age })
  }

  #keep(search: Search, entry: Entry): void {
    const bytes = entryBytes + sizeOf(entry.row)
    if (this.#rows >= mostRows || this.#bytes + bytes > mostBytes) {
      this.#old = this.#young
      this.#young = new Map()
      this.#rows = 0
      this.#bytes = 0
    }
    this.#rows += 1
    this.#bytes += bytes
    put(this.#young, search, entry)
  }

  #forgetAll(): void {
    this.#young = new Map()
    this.#old = new Map()
    this.#rows = 0
    this.#bytes = 0
  }
}

function find(generation: Generation, { table, condition, params }: Search): Entry | undefined {
  let level: Level | Entry | undefined = generation.get(table)?.get(condition)
  for (const param of params.length === 0 ? noParams : params) {
    if (!(level instanceof Map)) return undefined
    level = level.get(keyOf(param))
  }
  return level instanceof Map ? undefined : level
}

function put(generation: Generation, { table, condition, params }: Search, entry: Entry): void {
  let conditions = generation.get(table)
  if (conditions === undefined) generation.set(table, (conditions = new Map<string, Level>()))
  let level = conditions.get(condition)
  if (level === undefined) conditions.set(condition, (level = new Map<Key, Level | Entry>()))
  const keys = params.length === 0 ? noParams : params.map(keyOf)
  for (const key of keys.slice(0, -1)) level = levelBelow(level, key)
  level.set(keys.at(-1) ?? null, entry)
}

function levelBelow(level: Level, key: Key): Level {
  const known = level.get(key)
  if (known instanceof Map) return known
  const made: Level = new Map()
  level.set(key, made)
  return made
}

/** A search without parameters. */
const noParams: readonly null[] = [null]

function keyOf(param: SqlValue): Key {
  if (typeof param === 'string') return param.startsWith('\0') ? `\0text ${param}` : param
  return param instanceof Uint8Array ? `\0bytes ${Buffer.from(param).toString('hex')}` : param
}

/** Of a row, or of a list of rows. */
function sizeOf(row: object | undefined): number {
  let size = 0
  for (const value of Object.values(row ?? {}) as readonly unknown[]) {
    if (typeof value === 'string' || value instanceof Uint8Array) size += value.length
    else if (typeof value === 'object' && value !== null) size += entryBytes + sizeOf(value)
  }
  return size
}
