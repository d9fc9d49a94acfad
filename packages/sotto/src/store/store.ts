/**
 * The database as the service sees it. All work, reads too, goes through `transaction`; a driver exists per database
 * (`sqlite-store.ts`), and `conformance.ts` says what each of them must do.
 *
 * One SQL text serves every driver: the subset that SQLite and PostgreSQL share, with `$1` parameters, `RETURNING` and
 * `ON CONFLICT`. Text compares binary, times are UTC milliseconds in BIGINT, JSON is TEXT. Prefixes are filtered by
 * range, never by LIKE (`_` is a wildcard, and SQLite's LIKE folds case).
 */

/** What a column holds. Integers are safe ones; there are no booleans (0 and 1) and no fractions. */
export type SqlValue = string | number | null | Uint8Array

export type SqlRow = { readonly [column: string]: SqlValue }

/** By what one row is looked for. */
export interface Search {
  readonly table: string
  /** SQL behind WHERE: one of our own texts, of which there are few. */
  readonly condition: string
  readonly params: readonly SqlValue[]
}

/** What a search found: a row, or that there is none. To be looked at when it is given, not kept. */
export interface Remembered {
  readonly row: object | undefined
  /**
   * Nothing has changed it since. Otherwise another connection has committed something: the row has to be loaded again, and
   * need not be verified again where it is the same.
   */
  readonly fresh: boolean
}

/** Runs once per commit, behind the last work and inside the same transaction, with the notes of all works in it. */
export type CommitStep<N> = (tx: Transaction, notes: readonly N[]) => Promise<void>

/** The open transaction of one work. Using it after the work has ended is a programmer's mistake and throws. */
export interface Transaction {
  all(sql: string, params?: readonly SqlValue[]): Promise<readonly SqlRow[]>
  get(sql: string, params?: readonly SqlValue[]): Promise<SqlRow | undefined>
  /** The number of rows it inserted, changed or deleted. */
  run(sql: string, params?: readonly SqlValue[]): Promise<number>
  /** Does the database hold no table yet? */
  isEmpty(): Promise<boolean>
  /** DDL; the words TEXT, BIGINT and BYTES are replaced by the types of the database. */
  define(ddl: string): Promise<void>
  /**
   * Rows as they were loaded and verified before, where the driver knows that nothing has changed them since: see
   * `row-memory.ts`. The row that is recalled is the object that was remembered, so what was derived from it can be kept
   * beside it. A driver that cannot know keeps nothing.
   */
  recall(search: Search): Remembered | undefined
  remember(search: Search, row: object | undefined): void
  /**
   * The end of the work, which uses no more of the transaction: it runs before the commit, and what it throws fails the
   * work like any other error. A driver may put it behind the other works of the same commit: what many of them do alike,
   * opening values above all, takes half the time in one go. Once per work.
   */
  beforeCommit(finish: () => void): void
  /** Hands a note to a step of the commit. It is dropped with the work when that fails. */
  atCommit<N>(step: CommitStep<N>, note: N): void
}

/** A part of the work to be done. It awaits nothing but `tx`: crypto inside is synchronous, prompts and KMS stay outside. */
export type Work<T> = (tx: Transaction) => Promise<T>

export interface TransactionOptions {
  /** Shares its commit with no other work: for one after which what others did before it would look wrong. */
  readonly alone?: boolean | undefined
}

export interface CloseOptions {
  /** The process ends right behind it: what only tidies up may be left to the next one. */
  readonly processEnds?: boolean | undefined
}

export interface Store {
  /** Where the data lies, in words, without credentials. */
  readonly place: string
  /**
   * Runs the work and answers once it is on disk. A work that throws is rolled back alone and its error is passed on.
   * Codes: `store_busy` (others held the store too long), `store_unwritable` (full or failing disk, read-only place;
   * nothing of the work remains), `store_corrupt`.
   */
  transaction<T>(work: Work<T>, options?: TransactionOptions): Promise<T>
  /**
   * Reads the state of one moment while others go on writing; nothing may be written. For long walks: the work may await
   * other things, and should let the event loop turn now and then. Codes as of `transaction`.
   */
  snapshot<T>(work: Work<T>): Promise<T>
  /** Waits for the works that were handed in, then closes. */
  close(options?: CloseOptions): Promise<void>
}
