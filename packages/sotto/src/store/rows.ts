/**
 * The one way to rows that decide access or meaning: computes their HMAC when they are written, checks it whenever they
 * are loaded. SQL beside it may count, filter and join, but what it loads for a decision comes through here.
 *
 * An HMAC says that Sotto wrote the row, not that it wrote it last. So each write is noted for the audit event that
 * commits with it, and `sotto audit verify` compares the rows with what was noted: see `service/audit/row-history.ts`.
 */
import { SottoError } from '@sotto/sdk/model'
import type { MacPart } from '../keys/mac.ts'
import type { Keyring } from '../keys/keyring.ts'
import { equalitiesHold, equalitiesOf, sameValue } from './condition.ts'
import type { Equality } from './condition.ts'
import type { LiveKeyring } from './live-keyring.ts'
import type { SqlRow, SqlValue, Transaction } from './store.ts'
import { fitsColumn, protectedColumns } from './table.ts'
import type { AnyTable, ColumnType, Table } from './table.ts'

/** What is derived from a table's declaration, once. */
interface Statements {
  readonly select: string
  readonly insert: string
  readonly update: string
  readonly remove: string
  /** The HMAC of the row with a primary key. */
  readonly mac: string
  readonly columns: readonly string[]
  readonly protected: readonly string[]
  readonly loaded: readonly LoadedColumn[]
}

/** What is looked at in a column of a loaded row. */
interface LoadedColumn {
  readonly column: string
  readonly type: ColumnType
  readonly covered: boolean
  readonly later: boolean
}

/** By what a row was looked for. */
interface Asked {
  readonly equalities: readonly Equality[]
  readonly params: readonly SqlValue[]
}

export interface InspectedRow {
  /** Its primary key. */
  readonly key: string
  readonly digest: string
  readonly holds: boolean
}

/** Each batch walks over the rows of those before, so it is large. */
const inspectedAtOnce = 10_000

/** The keyring under which a row was verified. */
const verifiedUnder = new WeakMap<object, Keyring>()

const statementsOf = new WeakMap<AnyTable, Statements>()

export class Rows {
  readonly #tx: Transaction
  readonly #keyring: Pick<LiveKeyring, 'current'>
  #written: string[] = []

  constructor(tx: Transaction, keyring: Pick<LiveKeyring, 'current'>) {
    this.#tx = tx
    this.#keyring = keyring
  }

  /**
   * The row that the condition finds, or `undefined`. `condition` is SQL behind WHERE. Throws `row_altered`, naming table
   * and id, when the row is not as Sotto wrote it, or is not one that the condition names.
   */
  async find<R extends object>(
    table: Table<R>,
    condition: string,
    params: readonly SqlValue[],
  ): Promise<R | undefined> {
    const search = { table: table.name, condition, params }
    const known = this.#tx.recall(search)
    if (known?.fresh === true) return known.row as R | undefined // it was this method that remembered it
    const row = await this.#tx.get(`${statements(table).select} WHERE ${condition}`, params)
    const verified =
      row === undefined
        ? undefined
        : known !== undefined && this.#isVerified(known.row, row)
          ? (known.row as R) // it was this method that remembered it
          : this.#verify(table, row, { equalities: equalitiesOf(condition), params })
    this.#tx.remember(search, verified)
    return verified
  }

  /** The rows that the clauses find: SQL behind FROM, as `WHERE … ORDER BY … LIMIT …`. Throws `row_altered`. */
  async list<R extends object>(table: Table<R>, clauses: string, params: readonly SqlValue[]): Promise<readonly R[]> {
    const rows = await this.#tx.all(`${statements(table).select} ${clauses}`, params)
    const equalities = equalitiesOf(clauses)
    return rows.map((row) => this.#verify(table, row, { equalities, params }))
  }

  /** As `list`, and remembered as `find` remembers: for few rows that many calls ask for. */
  async listRemembered<R extends object>(
    table: Table<R>,
    clauses: string,
    params: readonly SqlValue[],
  ): Promise<readonly R[]> {
    const search = { table: table.name, condition: clauses, params } // begins with WHERE, as no condition does
    const known = this.#tx.recall(search)
    if (known?.fresh === true && known.row !== undefined) return known.row as readonly R[] // it was this method that remembered it
    const rows = await this.list(table, clauses, params)
    this.#tx.remember(search, rows)
    return rows
  }

  /** Writes a new row. */
  async insert<R extends object>(table: Table<R>, row: R): Promise<void> {
    const { values, digest } = this.#encode(table, row)
    const added = await this.#tx.run(statements(table).insert, values)
    if (added !== 1) throw new Error(`${table.name} ${nameOf(table, row as SqlRow)} was not written`)
    this.#note(table, row, { before: '', digest })
  }

  /** Writes all columns of the row with that primary key. A row that is not there is a fault. */
  async update<R extends object>(table: Table<R>, row: R): Promise<void> {
    const { values, digest } = this.#encode(table, row)
    const before = await this.#findDigest(table, row)
    const changed = await this.#tx.run(statements(table).update, values)
    if (changed !== 1) throw new Error(`${table.name} ${nameOf(table, row as SqlRow)} is not there to be updated`)
    this.#note(table, row, { before, digest })
  }

  /** Deletes the row with that primary key. */
  async delete<R extends object>(table: Table<R>, row: R): Promise<void> {
    const before = await this.#findDigest(table, row)
    await this.#tx.run(statements(table).remove, keyOf(table, row))
    this.#note(table, row, { before, digest: '' })
  }

  /**
   * What was written since this was asked last: `TABLE BEFORE AFTER KEY` for each row, with the digests of the row before
   * and after, `-` for none.
   */
  takeWritten(): string[] {
    const written = this.#written
    this.#written = []
    return written
  }

  /**
   * Every row of the table with its digest, and whether that is its HMAC; for `audit verify`, which wants all that is
   * wrong. In no order and without a condition, so that no index, which could leave rows out, is asked.
   */
  async *inspect(table: AnyTable): AsyncGenerator<InspectedRow, void, void> {
    const { select } = statements(table)
    for (let offset = 0; ; offset += inspectedAtOnce) {
      const rows = await this.#tx.all(`${select} LIMIT $1 OFFSET $2`, [inspectedAtOnce, offset])
      for (const row of rows) {
        const mac = row['mac']
        const digest = mac instanceof Uint8Array ? hexOf(mac) : ''
        yield { key: nameOf(table, row), digest, holds: this.#holds(table, row) }
      }
      if (rows.length < inspectedAtOnce) return
    }
  }

  #note(table: AnyTable, row: object, { before, digest }: { before: string; digest: string }): void {
    if (before === digest) return
    this.#written.push(`${table.name} ${before || '-'} ${digest || '-'} ${nameOf(table, row as SqlRow)}`)
  }

  /** The digest of the row as it is stored, empty where there is none. */
  async #findDigest(table: AnyTable, row: object): Promise<string> {
    if (statements(table).protected.length === 0) return ''
    const mac = (await this.#tx.get(statements(table).mac, keyOf(table, row)))?.['mac']
    return mac instanceof Uint8Array ? hexOf(mac) : ''
  }

  #encode(table: AnyTable, given: object): { values: SqlValue[]; digest: string } {
    const row = given as SqlRow // its type was checked against the declaration of the table
    const { columns, protected: covered } = statements(table)
    const values = columns.map((column) => valueOf(row, column))
    if (covered.length === 0) return { values, digest: '' }
    const mac = this.#keyring.current.rowMac(macParts(table, row, covered))
    return { values: [...values, mac], digest: mac.toString('hex') }
  }

  #verify<R extends object>(table: Table<R>, row: SqlRow, asked: Asked): R {
    if (!this.#holds(table, row) || !equalitiesHold(asked.equalities, row, asked.params)) throw altered(table, row)
    verifiedUnder.set(row, this.#keyring.current)
    return row as R // every column was just seen to have its type
  }

  /** Was the same row, column for column, found by the same search before and verified under the same keyring? */
  #isVerified(before: object | undefined, row: SqlRow): boolean {
    if (before === undefined || verifiedUnder.get(before) !== this.#keyring.current) return false
    // It has the columns of its table and the HMAC, since it was verified.
    return Object.entries(before as SqlRow).every(([column, value]) => sameValue(value, row[column]))
  }

  /** Has every column its type, and is the HMAC that of the row, where its table has one? */
  #holds(table: AnyTable, row: SqlRow): boolean {
    const { loaded, protected: covered } = statements(table)
    const parts = loadedParts(table, row, loaded)
    if (parts === undefined) return false
    if (covered.length === 0) return true
    const mac = row['mac']
    return mac instanceof Uint8Array && this.#keyring.current.verifyRowMac(parts, mac)
  }
}

/**
 * The first columns of the table are always there; each later one is only with its name and where it is set. So two rows
 * have the same parts only when they are equal, and a row of an older schema has the parts that it had.
 */
function macParts(table: AnyTable, row: SqlRow, covered: readonly string[]): MacPart[] {
  const parts: MacPart[] = [table.name]
  for (const column of covered) {
    const value = valueOf(row, column)
    if (!table.later.includes(column)) parts.push(value)
    else if (value !== null) parts.push(column, value)
  }
  return parts
}

/**
 * The same of a row from the database; `undefined` where a column does not have its type. Drivers give objects that are
 * slow to look into, so each column is looked at once.
 */
function loadedParts(table: AnyTable, row: SqlRow, loaded: readonly LoadedColumn[]): MacPart[] | undefined {
  const parts: MacPart[] = [table.name]
  for (const { column, type, covered, later } of loaded) {
    const value = row[column]
    if (value === undefined || !fitsColumn(type, value)) return undefined
    if (!covered) continue
    if (!later) parts.push(value)
    else if (value !== null) parts.push(column, value)
  }
  return parts
}

function valueOf(row: SqlRow, column: string): SqlValue {
  const value = row[column]
  if (value === undefined) throw new Error(`the row has no ${column}`)
  return value
}

function keyOf(table: AnyTable, row: object): SqlValue[] {
  return table.key.map((column) => valueOf(row as SqlRow, column)) // its type was checked against the declaration
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
}

function nameOf(table: AnyTable, row: SqlRow): string {
  return table.key.map((column) => String(row[column])).join(' ')
}

function altered(table: AnyTable, row: SqlRow): SottoError {
  return new SottoError(
    'row_altered',
    `${table.name} ${nameOf(table, row)} was changed outside of Sotto, or belongs to another store`,
    {
      hint: 'find out who can write the database; restore a backup: sotto help altered',
      details: { table: table.name, id: nameOf(table, row) },
    },
  )
}

function statements(table: AnyTable): Statements {
  const known = statementsOf.get(table)
  if (known !== undefined) return known
  const columns = Object.keys(table.columns)
  const covered = protectedColumns(table)
  const stored = covered.length > 0 ? [...columns, 'mac'] : columns
  const places = stored.map((_, index) => `$${String(index + 1)}`)
  const keyPlaces = table.key.map((column) => `${column} = $${String(columns.indexOf(column) + 1)}`)
  const byKey = table.key.map((column, index) => `${column} = $${String(index + 1)}`).join(' AND ')
  const made: Statements = {
    select: `SELECT ${stored.join(', ')} FROM ${table.name}`,
    insert: `INSERT INTO ${table.name} (${stored.join(', ')}) VALUES (${places.join(', ')})`,
    update: `UPDATE ${table.name} SET ${stored.map((column, index) => `${column} = ${places[index] ?? ''}`).join(', ')} WHERE ${keyPlaces.join(' AND ')}`,
    remove: `DELETE FROM ${table.name} WHERE ${byKey}`,
    mac: `SELECT mac FROM ${table.name} WHERE ${byKey}`,
    columns,
    protected: covered,
    loaded: Object.entries(table.columns).map(([column, type]) => ({
      column,
      type,
      covered: covered.includes(column),
      later: table.later.includes(column),
    })),
  }
  statementsOf.set(table, made)
  return made
}
