/** The live columns of a store with what guards each, and what may be written into them. */
import type { DatabaseSync } from 'node:sqlite'
import { tables } from '../../packages/sotto/src/store/schema.ts'
import { protectedColumns } from '../../packages/sotto/src/store/table.ts'
import { columnNames, tableNames } from './attack.ts'
import { mutationsOf } from './mutations.ts'
import type { Cell, Mutation } from './mutations.ts'

export type Guard = 'protected' | 'sealed' | 'chained' | 'free'

export interface Column {
  readonly table: string
  readonly column: string
  readonly guard: Guard
  /** For a free column: why changing it releases nothing. */
  readonly reason: string
}

/** Every column of the database. Throws for a table or column that no declaration classifies, and for one that is not there. */
export function classifyColumns(db: DatabaseSync): readonly Column[] {
  const live = tableNames(db).flatMap((table) => columnNames(db, table).map((column) => `${table}.${column}`))
  const declared = new Map<string, Column>()
  for (const table of tables) {
    const add = (column: string, guard: Guard, reason: string): void => {
      declared.set(`${table.name}.${column}`, { table: table.name, column, guard, reason })
    }
    for (const column of Object.keys(table.columns)) {
      const unprotected = table.unprotected[column]
      add(column, unprotected?.guard ?? 'protected', unprotected?.reason ?? '')
    }
    if (protectedColumns(table).length > 0) add('mac', 'protected', '')
  }
  const unclassified = live.filter((column) => !declared.has(column))
  const absent = [...declared.keys()].filter((column) => !live.includes(column))
  if (unclassified.length + absent.length > 0)
    throw new Error(`unclassified: ${unclassified.join(', ')}; declared, but not there: ${absent.join(', ')}`)
  return live.map((column) => declared.get(column)!)
}

export interface ColumnChange extends Column, Mutation {
  readonly rowId: number
}

/** Of values nobody can ask for (their secret was deleted) no answer can tell. */
const asked: { readonly [table: string]: string } = {
  secret_value:
    'version_id IN (SELECT v.id FROM secret_version v JOIN secret s ON s.id = v.secret_id WHERE s.deleted_at IS NULL)',
}

/** The changes to try on a column: each on another row, so that all rows get their share. */
export function changesOf(db: DatabaseSync, column: Column): readonly ColumnChange[] {
  const where = asked[column.table] === undefined ? '' : `WHERE ${asked[column.table] ?? ''}`
  const rows = db
    .prepare(`SELECT rowid AS row, ${column.column} AS value FROM ${column.table} ${where} ORDER BY rowid`)
    .all()
  const values = rows.map(({ value }) => value as Cell) // what a database holds
  const most = Math.max(...values.map((value) => mutationsOf(value, values).length))
  return Array.from({ length: most }, (_, index): ColumnChange[] => {
    const at = (index * 7 + column.column.length) % rows.length // 7: not a step that meets the same rows again
    const mutation = mutationsOf(values[at]!, values)[index]
    return mutation === undefined ? [] : [{ ...column, ...mutation, rowId: Number(rows[at]!['row']) }]
  }).flat()
}

/** Writes the change. Throws where the database keeps another value than that, as the types of its columns make it. */
export function applyChange(db: DatabaseSync, { table, column, rowId, value }: ColumnChange): void {
  const sql = `UPDATE ${table} SET ${column} = $value WHERE rowid = $row RETURNING ${column} IS $value AND typeof(${column}) = typeof($value) AS kept`
  const row = db.prepare(sql).get({ value, row: rowId })
  if (row?.['kept'] !== 1) throw new Error(`${table} has no row ${String(rowId)}, or keeps another value`)
}
