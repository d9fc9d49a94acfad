import type { SqliteConnection } from './sqlite-connection.ts'
import type { CommitStep, Remembered, Search, SqlRow, SqlValue, Transaction } from './store.ts'

/** Notes of a batch by the step of the commit that gets them. */
export type Notes = Map<CommitStep<unknown>, unknown[]>

/**
 * The transaction of one work. SQLite answers at once; the promises are there for databases that do not. Its savepoint
 * is made before the first statement that writes, so that works which only read cost none.
 */
export class SqliteTransaction implements Transaction {
  readonly #connection: SqliteConnection
  #notes: [CommitStep<unknown>, unknown][] = []
  #finish: (() => void) | undefined
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

  recall(search: Search): Remembered | undefined {
    return this.#open().memory.recall(search)
  }

  remember(search: Search, row: object | undefined): void {
    this.#open().memory.remember(search, row)
  }

  atCommit<N>(step: CommitStep<N>, note: N): void {
    this.#open()
    this.#notes.push([step as CommitStep<unknown>, note]) // a step only ever gets the notes that were given with it
  }

  beforeCommit(finish: () => void): void {
    this.#open()
    if (this.#finish !== undefined) throw new Error('a work has one end')
    this.#finish = finish
  }

  /**
   * Keeps what the work wrote; the transaction is of no more use to it. Its end is left to `finish`, but for a work that
   * wrote something, which can only be undone now.
   */
  release(): void {
    this.#ended = true
    if (!this.#savepoint) return
    this.finish()
    this.#connection.run('RELEASE work', [])
  }

  /** Runs the end of the work, where there is one. */
  finish(): void {
    const finish = this.#finish
    this.#finish = undefined
    finish?.()
  }

  /** Adds the notes of the work to those of the batch. */
  note(notes: Notes): void {
    for (const [step, note] of this.#notes) {
      const given = notes.get(step)
      if (given === undefined) notes.set(step, [note])
      else given.push(note)
    }
  }

  /** Undoes what the work wrote; what it noted never happened. */
  undo(): void {
    this.#ended = true
    this.#notes = []
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
