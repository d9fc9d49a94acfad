/**
 * Some works in one transaction of PostgreSQL, on one connection:
 *
 *     BEGIN, lock of the store | works that read, all at once | works that write, one after another, in savepoints each
 *                              | steps of the commit | COMMIT
 *
 * The lock of the store makes works of all processes serial, as SQLite's does, so the service's way of reading first and
 * deciding then holds here too. What it costs is bought back by reading together: 64 works that need six answers each
 * wait for six round trips, not for 384. (Measured on one machine, reads a second: one after another on one connection
 * 1,000, on eight connections 750, this way 2,400.)
 *
 * Among works that wait at the same time those that only read go first, whatever the order in which they came: none of
 * them has been answered, so nobody can tell.
 *
 * Whether a work writes is found out by running it. One that begins to write while others read is given up at that point
 * and run again behind them, so a work may be run more than once; only what it did last counts.
 */
import type { PostgresConnection } from './postgres-connection.ts'
import { isConflict, isLost, isServerError } from './postgres-error.ts'
import { PostgresTransaction } from './postgres-transaction.ts'
import type { BatchEars } from './postgres-transaction.ts'
import type { CommitStep, Work } from './store.ts'

/** A work of the batch. */
export interface BatchItem {
  readonly work: Work<unknown>
  /** It has the batch for itself, and is not run twice: what it does may reach beyond the database. */
  readonly alone: boolean
  /** A statement of it, or of one beside it, was refused before: it does not read together with others again. */
  apart: boolean
}

export type Outcome = { readonly value: unknown } | { readonly error: unknown }

/** A statement was refused while works read together: whose it was does not matter, they are run again apart. */
export class RefusedTogether extends Error {}

/** The commit was sent, and no answer came. */
export class CommitUnanswered extends Error {
  /** The number of the transaction, by which the server knows what became of it; none where it wrote nothing. */
  readonly transactionId: string | undefined
  readonly outcomes: readonly Outcome[]

  constructor(input: { transactionId: string | undefined; outcomes: readonly Outcome[]; cause: unknown }) {
    super('the commit was not answered', { cause: input.cause })
    this.transactionId = input.transactionId
    this.outcomes = input.outcomes
  }
}

interface Ran {
  readonly outcome: Outcome
  readonly tx: PostgresTransaction
}

type Attempt = Ran | 'writes'

export class PostgresBatch {
  readonly #connection: PostgresConnection
  readonly #running = new Map<PostgresTransaction, (reason: Error) => void>()
  #transactionId: Promise<string | undefined> | undefined
  #refused = false
  #watching = false

  constructor(connection: PostgresConnection) {
    this.#connection = connection
  }

  /**
   * Runs the works in the transaction that was begun, and commits. Answers in their order. Throws what ends the transaction
   * as a whole, then nothing of it is there; and `CommitUnanswered`.
   */
  async run(items: readonly BatchItem[]): Promise<readonly Outcome[]> {
    const attempts = new Map<BatchItem, Attempt>()
    await Promise.all(
      items.map(async (item) => {
        if (!item.alone && !item.apart) attempts.set(item, await this.#attempt(item, false))
      }),
    )
    if (this.#refused) throw new RefusedTogether()
    for (const item of items) {
      const attempt = attempts.get(item)
      if (attempt === undefined || attempt === 'writes') attempts.set(item, await this.#runInSavepoint(item))
    }
    const notes = new Map<CommitStep<unknown>, unknown[]>()
    const outcomes = items.map((item) => {
      const attempt = attempts.get(item)
      if (attempt === undefined || attempt === 'writes') throw new Error('a work of the batch has no outcome')
      const { outcome, tx } = finish(attempt)
      if ('value' in outcome) collect(notes, tx.notes)
      return outcome
    })
    await this.#runSteps(notes)
    await this.#commit(outcomes)
    return outcomes
  }

  async #runInSavepoint(item: BatchItem): Promise<Attempt> {
    this.#connection.post('SAVEPOINT work')
    const ran = await this.#attempt(item, true)
    if (ran === 'writes') throw new Error('a work that may write was given up for writing')
    const attempt = finish(ran) // what it wrote can only be undone now
    if ('error' in attempt.outcome) {
      const { error } = attempt.outcome
      if (this.#connection.broken || isLost(error) || isConflict(error)) throw error
      this.#connection.post('ROLLBACK TO work')
    }
    this.#connection.post('RELEASE work')
    return attempt
  }

  #attempt(item: BatchItem, mayWrite: boolean): Promise<Attempt> {
    return new Promise((resolve) => {
      const settle = (attempt: Attempt): void => {
        this.#running.delete(tx)
        tx.end()
        resolve(attempt)
      }
      const ears: BatchEars = {
        onWrite: () => {
          if (mayWrite) this.#noteTransactionId()
          else settle('writes')
        },
        onQuiet: () => this.#watch(),
        onRefused: () => {
          this.#refused ||= !mayWrite
        },
      }
      const tx = new PostgresTransaction(this.#connection, mayWrite, ears)
      const fail = (error: unknown): void => settle({ outcome: { error }, tx })
      this.#running.set(tx, fail)
      item.work(tx).then((value) => settle({ outcome: { value }, tx }), fail)
      this.#watch()
    })
  }

  /** Works await nothing but their transaction: one that has asked for nothing when the event loop has turned never ends. */
  #watch(): void {
    if (this.#watching) return
    this.#watching = true
    setImmediate(() => {
      this.#watching = false
      for (const [tx, abandon] of this.#running)
        if (!tx.waits) abandon(new Error('a work awaited something else than its transaction'))
    })
  }

  async #runSteps(notes: ReadonlyMap<CommitStep<unknown>, unknown[]>): Promise<void> {
    const ears: BatchEars = {
      onWrite: () => this.#noteTransactionId(),
      onQuiet: () => undefined,
      onRefused: () => undefined,
    }
    const tx = new PostgresTransaction(this.#connection, true, ears)
    for (const [step, given] of notes) await step(tx, given)
    tx.end()
  }

  /** Its answer comes before that of the statement behind it, so it is known when the commit is sent. */
  #noteTransactionId(): void {
    this.#transactionId ??= this.#connection.query('SELECT pg_current_xact_id()::text AS id').then(
      ({ rows }) => String(rows[0]?.['id']),
      () => undefined, // the statement behind it says why
    )
  }

  async #commit(outcomes: readonly Outcome[]): Promise<void> {
    const transactionId = await this.#transactionId
    let command: string
    try {
      command = (await this.#connection.query('COMMIT')).command
    } catch (error) {
      // An error that leaves the connection usable is an answer: there was no commit.
      if (isServerError(error) && !isLost(error)) throw error
      throw new CommitUnanswered({ transactionId, outcomes, cause: error })
    }
    if (command !== 'COMMIT') throw new Error('a step of the commit went on after a statement of it was refused')
  }
}

/** The end of a work, which may still fail it. */
function finish(ran: Ran): Ran {
  if ('error' in ran.outcome) return ran
  try {
    ran.tx.finish()
    return ran
  } catch (error) {
    return { ...ran, outcome: { error } }
  }
}

function collect(
  notes: Map<CommitStep<unknown>, unknown[]>,
  added: readonly (readonly [CommitStep<unknown>, unknown])[],
): void {
  for (const [step, note] of added) {
    const given = notes.get(step)
    if (given === undefined) notes.set(step, [note])
    else given.push(note)
  }
}

/** May the same works pass when they are run again? */
export function mayPassAgain(error: unknown): boolean {
  return error instanceof RefusedTogether || isLost(error) || isConflict(error)
}
