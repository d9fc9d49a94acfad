import type { SqliteConnection } from './sqlite-connection.ts'
import type { CommitStep, SqlRow, SqlValue, Transaction } from './store.ts'

/** Notes of a batch by the step of the commit that gets them. */
export type Notes = Map<CommitStep<unknown>, unknown[]>

/**
 * The transaction of one work. SQLite answers at once; the promises are there for databases that do not. Its savepoint
 * is made before the first statement that writes, so that works which only read cost none.
 */
export class SqliteTransaction implements Transaction {
  readonly #connection: SqliteConnection
  #notes: [CommitStep<unknown>, unknown][] = []
  #savepoint = false
  #ended = false

  constructor(connection: SqliteConnection) {
    this.#connection = connection
  }

  async all(sql: string, params: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    return this.#ready(sql).all(sql, params)
  }

  async get(sql: string, params: readonly SqlValue[] = []): Promise<SqlRow | undefined> {
    return this.#ready(sql).get(sql, params)
  }

  async run(sql: string, params: readonly SqlValue[] = []): Promise<number> {
    return this.#ready(sql).run(sql, params)
  }

  async isEmpty(): Promise<boolean> {
    return this.#open().isEmpty()
  }

  async define(ddl: string): Promise<void> {
    this.#save()
    this.#open().define(ddl)
  }

  recall(table: string, key: string): { readonly row: object | undefined } | undefined {
    return this.#open().memory.recall(table, key)
  }

  remember(table: string, key: string, row: object | undefined): void {
    this.#open().memory.remember(table, key, row)
  }

  atCommit<N>(step: CommitStep<N>, note: N): void {
    this.#open()
    this.#notes.push([step as CommitStep<unknown>, note]) // a step only ever gets the notes that were given with it
  }

  /** Keeps what the work wrote, and moves its notes to those of the batch. */
  keep(notes: Notes): void {
    this.#ended = true
    if (this.#savepoint) this.#connection.run('RELEASE work', [])
    for (const [step, note] of this.#notes) {
      const given = notes.get(step)
      if (given === undefined) notes.set(step, [note])
      else given.push(note)
    }
  }

  /** Undoes what the work wrote; what it noted never happened. */
  undo(): void {
    this.#ended = true
    if (!this.#savepoint) return
    this.#connection.run('ROLLBACK TO work', [])
    this.#connection.run('RELEASE work', [])
  }

  #ready(sql: string): SqliteConnection {
    const connection = this.#open()
    if (!this.#savepoint && connection.writes(sql)) this.#save()
    return connection
  }

  #save(): void {
    this.#open().run('SAVEPOINT work', [])
    this.#savepoint = true
  }

  #open(): SqliteConnection {
    if (this.#ended) throw new Error('this transaction has ended')
    return this.#connection
  }
}
