/** Attacks on whole rows, as SQL: what somebody does who can write everything and has old copies, but no key. */
import type { DatabaseSync } from 'node:sqlite'
import { tables } from '../../packages/sotto/src/store/schema.ts'
import { protectedColumns } from '../../packages/sotto/src/store/table.ts'
import type { AnyTable } from '../../packages/sotto/src/store/table.ts'
import type { Attack } from './attack.ts'

export interface RowAttack {
  readonly name: string
  readonly attack: Attack
}

export const protectedTables: readonly AnyTable[] = tables.filter((table) => protectedColumns(table).length > 0)

/** Row ids of a table, at most that many, spread over all. */
export function sampleRows(db: DatabaseSync, table: string, most: number): readonly number[] {
  const rows = db.prepare(`SELECT rowid AS row FROM ${table} ORDER BY rowid`).all()
  const ids = rows.map(({ row }) => Number(row))
  const step = Math.max(1, Math.ceil(ids.length / most))
  return ids.filter((_, index) => index % step === 0)
}

export function deletions(db: DatabaseSync, table: string): readonly RowAttack[] {
  return sampleRows(db, table, 4).map((row) => ({
    name: `${table} row ${String(row)} is deleted`,
    attack: (target) => target.exec(`DELETE FROM ${table} WHERE rowid = ${String(row)}`),
  }))
}

/** Copies of a row that claim to be something else, with the HMAC that they have, none, or a made-up one. */
export function forgeries(db: DatabaseSync, table: AnyTable): readonly RowAttack[] {
  const columns = Object.keys(table.columns)
  const identity = columns.filter(
    (column) => table.key.includes(column) || /^(name|.*_id|scope_owner|owner|author|number|version)$/.test(column),
  )
  const macs = ['mac', 'zeroblob(32)', 'randomblob(32)', "x''", '(SELECT mac FROM workspace LIMIT 1)']
  return sampleRows(db, table.name, 2).flatMap((row) =>
    identity.flatMap((changed, index) =>
      macs.slice(0, index === 0 ? macs.length : 1).map((mac) => ({
        name: `${table.name} row ${String(row)} is copied with another ${changed} and the HMAC ${mac}`,
        attack: (target: DatabaseSync) => {
          const values = columns.map((column) => copied(column, { changed, key: table.key.includes(column) }))
          target.exec(
            `INSERT INTO ${table.name} (${columns.join(', ')}, mac) SELECT ${values.join(', ')}, ${mac} FROM ${table.name} WHERE rowid = ${String(row)}`,
          )
        },
      })),
    ),
  )
}

/** The copy needs a key of its own; and a value of the same type and shape in the column that it lies about. */
function copied(column: string, { changed, key }: { changed: string; key: boolean }): string {
  if (column !== changed && !key) return column
  return `CASE typeof(${column}) WHEN 'integer' THEN ${column} + 1000 ELSE substr(${column}, 1, length(${column}) - 1) || CASE WHEN ${column} LIKE '%e' THEN 'f' ELSE 'e' END END`
}

/** Two rows of a table exchange the contents of some columns. */
export function exchange(
  table: string,
  columns: readonly string[],
  [left, right]: readonly [number, number],
): RowAttack {
  return {
    name: `${table} rows ${String(left)} and ${String(right)} exchange ${columns.join(', ')}`,
    attack: (db) => {
      const read = db.prepare(`SELECT ${columns.join(', ')} FROM ${table} WHERE rowid = ?`)
      const rows = [read.get(left)!, read.get(right)!]
      const write = (row: number, from: Record<string, unknown>): void => {
        const set = columns.map((column) => `${column} = ?`).join(', ')
        const values = columns.map((column) => from[column] as string | number | null | Uint8Array) // what a database holds
        db.prepare(`UPDATE ${table} SET ${set} WHERE rowid = ?`).run(...values, row)
      }
      write(left, rows[1]!)
      write(right, rows[0]!)
    },
  }
}

/** Puts rows of an older or other copy into the place of those with the same key, or back where there is none. */
export function putBack(from: string, table: AnyTable, condition: string): RowAttack {
  return {
    name: `${table.name} rows where ${condition} are put back from ${from.split('/').at(-1) ?? ''}`,
    attack: (db) => {
      db.exec(`ATTACH '${from}' AS old`)
      const columns = [...Object.keys(table.columns), ...(protectedColumns(table).length > 0 ? ['mac'] : [])].join(', ')
      const same = table.key.map((column) => `main.${table.name}.${column} = o.${column}`).join(' AND ')
      const chosen = `FROM old.${table.name} o WHERE ${condition}`
      db.exec(`DELETE FROM ${table.name} WHERE EXISTS (SELECT 1 ${chosen} AND ${same})`)
      db.exec(`INSERT INTO ${table.name} (${columns}) SELECT ${columns} ${chosen}`)
      db.exec('DETACH old')
    },
  }
}

/** Rows of the copy that are no longer there, or no longer so, by their row ids in the copy. */
export function changedRows(db: DatabaseSync, from: string, table: AnyTable): readonly number[] {
  db.exec(`ATTACH '${from}' AS old`)
  const rows = db
    .prepare(`SELECT rowid AS row FROM old.${table.name} WHERE mac NOT IN (SELECT mac FROM main.${table.name})`)
    .all()
  db.exec('DETACH old')
  return rows.map(({ row }) => Number(row))
}
