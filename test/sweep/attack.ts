/** Changes the file of a store by SQL alone: all rights on the database, and no key. */
import { copyFileSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

export type Attack = (db: DatabaseSync) => void

/** A store's file, and where copies of it are attacked. */
export interface Place {
  readonly world: { readonly path: string }
  /** The same store without any constraint, so that SQL refuses nothing. */
  readonly loosePath: string
  /** One place for all, since answers name it. */
  readonly place: string
}

/** All rights, and none of the settings that hold mistakes off. */
export function withDatabase<T>(path: string, work: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(path, { defensive: false, enableForeignKeyConstraints: false })
  try {
    db.exec('PRAGMA synchronous = OFF; PRAGMA ignore_check_constraints = ON')
    return work(db)
  } finally {
    db.close()
  }
}

/** Takes types, keys and indexes away from every table, and leaves the rows. */
export function loosen(db: DatabaseSync): void {
  for (const table of tableNames(db)) {
    const columns = columnNames(db, table).join(', ')
    db.exec(`ALTER TABLE ${table} RENAME TO before_${table}`)
    db.exec(`CREATE TABLE ${table} (${columns})`)
    db.exec(`INSERT INTO ${table} (rowid, ${columns}) SELECT rowid, ${columns} FROM before_${table}`)
    db.exec(`DROP TABLE before_${table}`)
  }
}

export function tableNames(db: DatabaseSync): readonly string[] {
  const rows = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all()
  return rows.map(({ name }) => String(name))
}

export function columnNames(db: DatabaseSync, table: string): readonly string[] {
  const rows = db.prepare('SELECT name FROM pragma_table_info(?)').all(table)
  return rows.map(({ name }) => String(name))
}

/** The copy to attack: an untouched one, by default with all constraints. */
export function freshCopy(target: Place, path: string = target.world.path): void {
  for (const suffix of ['-wal', '-shm']) rmSync(`${target.place}${suffix}`, { force: true })
  copyFileSync(path, target.place)
}

/** Attacks the store as it is; where its constraints refuse the SQL, the store without them. */
export function strike(target: Place, attack: Attack): 'strict' | 'loose' {
  freshCopy(target)
  try {
    withDatabase(target.place, attack)
    return 'strict'
  } catch {
    freshCopy(target, target.loosePath)
    withDatabase(target.place, attack)
    return 'loose'
  }
}
