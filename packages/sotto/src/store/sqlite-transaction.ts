import type { SqliteConnection } from './sqlite-connection.ts'
import type { CommitStep, SqlRow, SqlValue, Transaction } from './store.ts'

/** Notes of a batch by the step of the commit that gets them. */
export type Notes = Map<CommitStep<unknown>, unknown[]>

/** The transaction of one work. SQLite answers at once; the promises are there for databases that do not. */
export class SqliteTransaction implements Transaction {
  readonly #connection: SqliteConnection
  #notes: [CommitStep<unknown>, unknown][] = []
  #ended = false

  constructor(connection: SqliteConnection) {
    this.#connection = connection
  }

  async all(sql: string, params: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    return this.#open().all(sql, params)
  }

  async get(sql: string, params: readonly SqlValue[] = []): Promise<SqlRow | undefined> {
    return this.#open().get(sql, params)
  }

  async run(sql: string, params: readonly SqlValue[] = []): Promise<number> {
    return this.#open().run(sql, params)
  }

  async isEmpty(): Promise<boolean> {
    return this.#open().isEmpty()
  }

  async define(ddl: string): Promise<void> {
    this.#open().define(ddl)
  }

  atCommit<N>(step: CommitStep<N>, note: N): void {
    this.#open()
    this.#notes.push([step as CommitStep<unknown>, note]) // a step only ever gets the notes that were given with it
  }

  /** The work was rolled back: what it noted never happened. */
  discard(): void {
    this.#notes = []
    this.#ended = true
  }

  /** Closes it and moves its notes to those of the batch. */
  end(notes: Notes): void {
    this.#ended = true
    for (const [step, note] of this.#notes) {
      const given = notes.get(step)
      if (given === undefined) notes.set(step, [note])
      else given.push(note)
    }
  }

  #open(): SqliteConnection {
    if (this.#ended) throw new Error('this transaction has ended')
    return this.#connection
  }
}
