/**
 * Tables as data: which columns a table has, and what keeps each of them from being changed by someone who can write the
 * database but holds no key:
 *
 *     protected   under the row's HMAC (column `mac`), checked by `Rows` on every load
 *     sealed      inside or bound into a sealed blob, which then does not open
 *     chained     in the hash chain of the audit
 *     free        changing it releases nothing: the reason is written beside it
 *
 * A test compares this with the live schema, so a column cannot be forgotten.
 *
 * A protected column that a later migration adds (`later`) may be null, and null means what there was before: the HMAC
 * covers its name and value only where it is set. So the rows of an older schema keep their HMACs, and with them the
 * digests that the audit chain has of them; a migration needs no key and writes no row. See docs/architecture.md.
 */
import type { SqlValue } from './store.ts'

export type ColumnType = 'text' | 'integer' | 'bytes' | 'text?' | 'integer?' | 'bytes?'

/** The column that holds a value of TypeScript's type V. */
type ColumnOf<V> = null extends V ? `${PlainColumnOf<Exclude<V, null>>}?` : PlainColumnOf<V>
type PlainColumnOf<V> = V extends string ? 'text' : V extends number ? 'integer' : 'bytes'

/** Why a column is not under the row's HMAC. */
export interface Unprotected {
  readonly guard: 'sealed' | 'chained' | 'free'
  readonly reason: string
}

/** What all tables have, whatever their rows. */
export interface AnyTable {
  readonly name: string
  /** Columns of the primary key. */
  readonly key: readonly string[]
  /** In the order in which the HMAC covers them: never reordered. */
  readonly columns: { readonly [column: string]: ColumnType }
  /** Those that came after the table, in the order in which they came. */
  readonly later: readonly string[]
  /** The columns that the HMAC does not cover. */
  readonly unprotected: { readonly [column: string]: Unprotected | undefined }
}

/** A table with rows of type R. */
export interface Table<R extends object> extends AnyTable {
  /** Never there: it only ties the type of the rows to the table. */
  readonly row?: R
}

interface TableInput<R extends object> {
  readonly name: string
  readonly key: readonly (keyof R & string)[]
  readonly columns: { readonly [column in keyof R]: ColumnOf<R[column]> }
  readonly later?: readonly LaterColumn<R>[]
}

/** A column that came later: one that may be null. */
type LaterColumn<R extends object> = { [column in keyof R & string]: null extends R[column] ? column : never }[keyof R &
  string]

/** A table whose rows carry an HMAC over all columns. */
export function defineTable<R extends object>(input: TableInput<R>): Table<R> {
  return { ...input, later: input.later ?? [], unprotected: {} }
}

/** A table without HMAC: what guards every column instead, and those that differ. */
export function defineUnprotectedTable<R extends object>(
  input: TableInput<R>,
  guard: Unprotected,
  others: { readonly [column in keyof R]?: Unprotected } = {},
): Table<R> {
  const everyColumn = Object.fromEntries(Object.keys(input.columns).map((column) => [column, guard]))
  return { ...input, later: [], unprotected: { ...everyColumn, ...others } }
}

/** Names of the columns that the HMAC covers. */
export function protectedColumns(table: AnyTable): readonly string[] {
  return Object.keys(table.columns).filter((column) => table.unprotected[column] === undefined)
}

/** Does the value have the column's type? STRICT tables see to it; this holds for whoever changed the schema. */
export function fitsColumn(type: ColumnType, value: SqlValue | undefined): boolean {
  switch (type) {
    case 'text':
      return typeof value === 'string'
    case 'integer':
      return Number.isSafeInteger(value)
    case 'bytes':
      return value instanceof Uint8Array
    case 'text?':
      return value === null || typeof value === 'string'
    case 'integer?':
      return value === null || Number.isSafeInteger(value)
    case 'bytes?':
      return value === null || value instanceof Uint8Array
  }
}
