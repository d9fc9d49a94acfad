/** One connection to a SQLite file: settings, prepared statements, types of the DDL. It never waits for a lock. */
import { DatabaseSync } from 'node:sqlite'
import type { StatementSync } from 'node:sqlite'
import { SottoError } from '@sotto/sdk/model'
import type { SqlRow, SqlValue } from './store.ts'

/** "Sott" as SQLite's application id: tells our files from other people's. */
const applicationId = 0x536f7474
/** More texts than the program has; only a fault would go beyond. */
const maxStatements = 500

export class SqliteConnection {
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  /** Throws errors of SQLite as they are, and `store_corrupt` for the database of another program. */
  constructor(path: string) {
    this.#db = new DatabaseSync(path, {
      timeout: 0, // waiting inside SQLite would block the event loop
      enableForeignKeyConstraints: true,
      enableDoubleQuotedStringLiterals: false,
    })
    try {
      this.#refuseForeign(path)
      if (this.#pragma('journal_mode') !== 'wal') this.#db.exec('PRAGMA journal_mode = WAL')
      // FULL: a commit is on disk when it returns. secure_delete: what was deleted is overwritten.
      this.#db.exec('PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF')
      this.#db.exec('PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY')
    } catch (error) {
      this.#db.close()
      throw error
    }
  }

  get inTransaction(): boolean {
    return this.#db.isTransaction
  }

  all(sql: string, params: readonly SqlValue[]): readonly SqlRow[] {
    return this.#prepare(sql).all(bind(params)) as SqlRow[] // without readBigInts there are no bigints in a row
  }

  get(sql: string, params: readonly SqlValue[]): SqlRow | undefined {
    return this.#prepare(sql).get(bind(params)) as SqlRow | undefined // as in all()
  }

  run(sql: string, params: readonly SqlValue[]): number {
    return Number(this.#prepare(sql).run(bind(params)).changes)
  }

  isEmpty(): boolean {
    return this.get('SELECT 1 FROM sqlite_schema LIMIT 1', []) === undefined
  }

  define(ddl: string): void {
    // In the same transaction as the first table, so that a file is ours as soon as it holds anything.
    this.#db.exec(`PRAGMA application_id = ${String(applicationId)}`)
    const typed = ddl.replaceAll(/\b(BIGINT|BYTES)\b/g, (type) => (type === 'BIGINT' ? 'INTEGER' : 'BLOB'))
    // STRICT: a column holds its declared type and nothing else.
    this.#db.exec(typed.replaceAll(/^\);$/gm, ') STRICT;'))
  }

  close(): void {
    this.#statements.clear()
    this.#db.close()
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    if (this.#statements.size >= maxStatements) this.#statements.clear()
    const statement = this.#db.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }

  #pragma(name: string): SqlValue | undefined {
    return this.get(`PRAGMA ${name}`, [])?.[name]
  }

  #refuseForeign(path: string): void {
    if (this.#pragma('application_id') === applicationId) return
    // Another process may have made it ours in between, so the look is taken twice.
    if (this.isEmpty() || this.#pragma('application_id') === applicationId) return
    throw new SottoError('store_corrupt', `${path} is a database of another program`, {
      hint: 'set SOTTO_HOME to another folder, or move that file away; nothing was changed',
    })
  }
}

/** node:sqlite binds `$1` from a member called 1. */
function bind(params: readonly SqlValue[]): Record<string, SqlValue> {
  const bound: Record<string, SqlValue> = {}
  for (let index = 0; index < params.length; index += 1) bound[index + 1] = params[index] ?? null
  return bound
}
