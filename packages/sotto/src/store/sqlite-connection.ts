/** One connection to a SQLite file: settings, prepared statements, types of the DDL. It never waits for a lock. */
import { DatabaseSync } from 'node:sqlite'
import type { StatementSync } from 'node:sqlite'
import { SottoError } from '@sotto/sdk/model'
import { RowMemory } from './row-memory.ts'
import type { SqlRow, SqlValue } from './store.ts'

/** "Sott" as SQLite's application id: tells our files from other people's. */
const applicationId = 0x536f7474
interface Statement {
  readonly prepared: StatementSync
  /** Which parameter stands at which place; `undefined` where they stand in their order. */
  readonly order: readonly number[] | undefined
  readonly writes: Writes
}

/** More texts than the program has; only a fault would go beyond. */
const maxStatements = 500

export class SqliteConnection {
  readonly #path: string
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, Statement>()
  /** Rows that this connection has loaded. */
  readonly memory: RowMemory = new RowMemory()
  /** That of the schema which was looked at last. */
  #schemaVersion: unknown

  /** Throws errors of SQLite as they are, and `store_corrupt` for the database of another program. */
  constructor(path: string) {
    this.#path = path
    this.#db = new DatabaseSync(path, {
      timeout: 0, // waiting inside SQLite would block the event loop
      enableForeignKeyConstraints: true,
      enableDoubleQuotedStringLiterals: false,
    })
    try {
      this.#refuseForeign()
      this.#refusePrograms()
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

  /**
   * Begins a transaction that may write. Throws at once where another connection has one. Has another connection committed
   * since the one before?
   */
  begin(): boolean {
    this.run('BEGIN IMMEDIATE', [])
    const changed = this.memory.beginBatch(this.#pragma('data_version'))
    if (changed) this.#refusePrograms()
    return changed
  }

  all(sql: string, params: readonly SqlValue[]): readonly SqlRow[] {
    const { prepared, order } = this.#statement(sql)
    return prepared.all(...arrange(order, params)) as SqlRow[] // without readBigInts there are no bigints in a row
  }

  get(sql: string, params: readonly SqlValue[]): SqlRow | undefined {
    const { prepared, order } = this.#statement(sql)
    return prepared.get(...arrange(order, params)) as SqlRow | undefined // as in all()
  }

  run(sql: string, params: readonly SqlValue[]): number {
    const { prepared, order } = this.#statement(sql)
    return Number(prepared.run(...arrange(order, params)).changes)
  }

  /** Does the text change rows? */
  writes(sql: string): boolean {
    return this.#prepare(sql).writes !== 'nothing'
  }

  isEmpty(): boolean {
    return this.get('SELECT 1 FROM sqlite_schema LIMIT 1', []) === undefined
  }

  define(ddl: string): void {
    this.memory.write(undefined)
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

  #statement(sql: string): Statement {
    const statement = this.#prepare(sql)
    const { writes } = statement
    if (writes !== 'nothing') this.memory.write(writes === 'anything' ? undefined : writes.table)
    return statement
  }

  #prepare(sql: string): Statement {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    if (this.#statements.size >= maxStatements) this.#statements.clear()
    const statement = this.#make(sql)
    this.#statements.set(sql, statement)
    return statement
  }

  /** By place instead of by name: SQLite looks names up one after another, which shows with a dozen of them. */
  #make(sql: string): Statement {
    const order: number[] = []
    const text = sql.replaceAll(/\$(\d+)/g, (_, number: string) => {
      order.push(Number(number) - 1)
      return '?'
    })
    const identical = order.every((place, index) => place === index)
    return { prepared: this.#db.prepare(text), order: identical ? undefined : order, writes: writesOf(sql) }
  }

  #pragma(name: string): SqlValue | undefined {
    return this.get(`PRAGMA ${name}`, [])?.[name]
  }

  #refuseForeign(): void {
    if (this.#pragma('application_id') === applicationId) return
    // Another process may have made it ours in between, so the look is taken twice.
    if (this.isEmpty() || this.#pragma('application_id') === applicationId) return
    throw new SottoError('store_corrupt', `${this.#path} is a database of another program`, {
      hint: 'set SOTTO_HOME to another folder, or move that file away; nothing was changed',
    })
  }

  /**
   * Triggers and views run with our statements, and Sotto makes none: somebody else's would choose what we read. Looked
   * for when the file is opened, and again when another connection has changed the schema.
   */
  #refusePrograms(): void {
    const schemaVersion = this.#pragma('schema_version')
    if (schemaVersion === this.#schemaVersion) return
    this.#schemaVersion = schemaVersion
    const program = this.get("SELECT type, name FROM sqlite_schema WHERE type IN ('trigger', 'view') LIMIT 1", [])
    if (program === undefined) return
    throw new SottoError(
      'store_corrupt',
      `the store ${this.#path} has a ${String(program['type'])} that Sotto did not make`,
      {
        hint: 'find out who can write the database; restore a backup. Nothing was changed or revealed',
      },
    )
  }
}

/** Which table a statement changes. */
type Writes = 'nothing' | 'anything' | { readonly table: string }

/** A DELETE may cascade into other tables, and what we do not know may do anything. */
function writesOf(sql: string): Writes {
  if (/^\s*(SELECT|PRAGMA|BEGIN|SAVEPOINT|RELEASE|ROLLBACK|COMMIT)\b/.test(sql)) return 'nothing'
  const table = /^\s*(?:INSERT INTO|UPDATE) (\w+)\s/.exec(sql)?.[1]
  return table === undefined ? 'anything' : { table }
}

function arrange(order: readonly number[] | undefined, params: readonly SqlValue[]): readonly SqlValue[] {
  return order === undefined ? params : order.map((place) => params[place] ?? null)
}
