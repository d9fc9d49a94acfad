import type { PostgresConnection } from './postgres-connection.ts'
import { isServerError } from './postgres-error.ts'
import type { CommitStep, SqlRow, SqlValue, Transaction } from './store.ts'

/** What the batch hears from the transactions of its works. */
export interface BatchEars {
  /** A statement writes. A work that only reads so far ends here: it will be run again where it may write. */
  readonly onWrite: () => void
  /** An answer came, and nothing more is asked so far. */
  readonly onQuiet: () => void
  /** The server refused a statement; it refuses all others until something is rolled back. */
  readonly onRefused: () => void
}

/**
 * The transaction of one work, inside that of its batch. While works read together, one that begins to write ends
 * there: see `postgres-batch.ts`.
 */
export class PostgresTransaction implements Transaction {
  readonly #connection: PostgresConnection
  readonly #mayWrite: boolean
  readonly #ears: BatchEars
  #notes: [CommitStep<unknown>, unknown][] = []
  #finish: (() => void) | undefined
  #asked = 0
  #ended = false

  constructor(connection: PostgresConnection, mayWrite: boolean, ears: BatchEars) {
    this.#connection = connection
    this.#mayWrite = mayWrite
    this.#ears = ears
  }

  /** Does it wait for an answer? */
  get waits(): boolean {
    return this.#asked > 0
  }

  /** What it noted for the steps of the commit. */
  get notes(): readonly (readonly [CommitStep<unknown>, unknown])[] {
    return this.#notes
  }

  async all(sql: string, params: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    return await this.#ask(!isRead(sql), async (connection) => (await connection.query(sql, params)).rows)
  }

  async get(sql: string, params: readonly SqlValue[] = []): Promise<SqlRow | undefined> {
    return (await this.all(sql, params))[0]
  }

  async run(sql: string, params: readonly SqlValue[] = []): Promise<number> {
    return await this.#ask(!isRead(sql), async (connection) => (await connection.query(sql, params)).changed)
  }

  async isEmpty(): Promise<boolean> {
    return await this.#ask(false, (connection) => connection.isEmpty())
  }

  async define(ddl: string): Promise<void> {
    await this.#ask(true, (connection) => connection.define(ddl))
  }

  /** Another process may change any row at any time, and nothing tells us. */
  recall(): undefined {
    return undefined
  }

  remember(): void {
    // As of `recall`.
  }

  atCommit<N>(step: CommitStep<N>, note: N): void {
    if (this.#ended) throw ended()
    this.#notes.push([step as CommitStep<unknown>, note]) // a step only ever gets the notes that were given with it
  }

  beforeCommit(finish: () => void): void {
    if (this.#ended) throw ended()
    if (this.#finish !== undefined) throw new Error('a work has one end')
    this.#finish = finish
  }

  /** Runs the end of the work, where there is one. */
  finish(): void {
    const finish = this.#finish
    this.#finish = undefined
    finish?.()
  }

  /** The work has ended. */
  end(): void {
    this.#ended = true
  }

  async #ask<T>(writes: boolean, question: (connection: PostgresConnection) => Promise<T>): Promise<T> {
    if (this.#ended) throw ended()
    if (writes && !this.#mayWrite) {
      this.#ended = true
      this.#ears.onWrite()
      // An error, so that the work puts away what it holds; what it then says is not listened to any more.
      throw new Error('the work is run again where it may write')
    }
    if (writes) this.#ears.onWrite()
    this.#asked += 1
    try {
      return await question(this.#connection)
    } catch (error) {
      if (isServerError(error)) this.#ears.onRefused()
      throw error
    } finally {
      this.#asked -= 1
      if (this.#asked === 0) this.#ears.onQuiet()
    }
  }
}

function isRead(sql: string): boolean {
  return /^\s*SELECT\b/.test(sql)
}

function ended(): Error {
  return new Error('this transaction has ended')
}
