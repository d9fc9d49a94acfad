/**
 * The store on PostgreSQL. As on SQLite, one queue runs the waiting works in one transaction and answers all of them after
 * its commit; `postgres-batch.ts` says how. What goes wrong on the way is met here:
 *
 *     before the commit is sent    nothing of the batch is there: its works are run again, until their time is up
 *     the commit is not answered   the server is asked what became of that transaction; only where it cannot tell, the works
 *                                  fail with `store_outcome_unknown`
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { mayPassAgain, CommitUnanswered, PostgresBatch, RefusedTogether } from './postgres-batch.ts'
import type { BatchItem, Outcome } from './postgres-batch.ts'
import { PostgresConnection } from './postgres-connection.ts'
import type { PostgresLogin } from './postgres-connection.ts'
import { isLockTimeout, isLost, LostConnection, storeError, unknownOutcome } from './postgres-error.ts'
import { findPassword } from './postgres-password.ts'
import { readPostgresSnapshot } from './postgres-snapshot.ts'
import { askOutcome } from './postgres-outcome.ts'
import { parsePostgresUrl } from './postgres-url.ts'
import { storeLock } from './postgres-lock.ts'
import type { CloseOptions, Store, TransactionOptions, Work } from './store.ts'

export interface PostgresStoreOptions {
  readonly url: string
  /** Says who we are and what our password is, where the URL does not. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** How long a work waits for other processes, and for a server that is away. In milliseconds; 10 seconds by default. */
  readonly busyLimitMs?: number | undefined
}

interface Waiting extends BatchItem {
  readonly resolve: (value: unknown) => void
  readonly reject: (reason: unknown) => void
  readonly deadlineMs: number
}

/** So many works share a transaction at most: who comes next, here and in other processes, waits for all of them. */
const mostWorks = 128
const firstPauseMs = 20
const longestPauseMs = 500
/** A server that has not answered for so long is taken for gone. */
const silenceMs = 60_000

/** Opens the store. Codes as of `Store.transaction`, and `store_unsuitable`, `input_invalid`, those of a password's file. */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const store = new PostgresStore(options)
  await store.connect()
  return store
}

class PostgresStore implements Store {
  readonly place: string
  readonly #login: PostgresLogin
  readonly #busyLimitMs: number
  readonly #begin: (limitMs: number) => string
  #connection: PostgresConnection | undefined
  #waiting: Waiting[] = []
  #running: Promise<void> | undefined
  #closed = false

  constructor({ url, env, busyLimitMs = 10_000 }: PostgresStoreOptions) {
    const place = parsePostgresUrl(url, env)
    this.place = place.text
    this.#login = { place, password: findPassword(place, env) }
    this.#busyLimitMs = busyLimitMs
    const lock = storeLock(place.schema)
    this.#begin = (limitMs) =>
      `BEGIN; SET LOCAL lock_timeout TO ${String(Math.max(1, Math.ceil(limitMs)))}; SELECT pg_advisory_xact_lock(${lock})`
  }

  /** Shows at once whether the server answers, lets us in and can hold a store. */
  async connect(): Promise<void> {
    try {
      this.#connection = await PostgresConnection.open(this.#login)
      this.#connection.hold(false)
    } catch (error) {
      throw storeError(error, this.place)
    }
  }

  transaction<T>(work: Work<T>, { alone = false }: TransactionOptions = {}): Promise<T> {
    if (this.#closed) return Promise.reject(new Error('the store was closed'))
    return new Promise<T>((resolve, reject) => {
      const answer = resolve as (value: unknown) => void // it only ever gets what `work` gave
      const deadlineMs = performance.now() + this.#busyLimitMs
      this.#waiting.push({ work, resolve: answer, reject, deadlineMs, alone, apart: false })
      this.#running ??= this.#run()
    })
  }

  async snapshot<T>(work: Work<T>): Promise<T> {
    if (this.#closed) throw new Error('the store was closed')
    return await readPostgresSnapshot(this.#login, work)
  }

  /** There is nothing to tidy up: the server does that. */
  async close(_options: CloseOptions = {}): Promise<void> {
    this.#closed = true
    await this.#running
    const connection = this.#connection
    this.#connection = undefined
    if (connection !== undefined) await connection.close()
  }

  async #run(): Promise<void> {
    do {
      await new Promise((resolve) => setImmediate(resolve)) // callers that were just answered hand in their next work first
      const connection = await this.#beginBatch()
      if (connection !== undefined) await this.#runBatch(connection)
    } while (this.#waiting.length > 0)
    this.#connection?.hold(false)
    this.#running = undefined
  }

  /** Begins a transaction and takes the store's lock, or answers every waiting work with the reason why that fails. */
  async #beginBatch(): Promise<PostgresConnection | undefined> {
    for (let pauseMs = firstPauseMs; this.#waiting.length > 0; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      try {
        if (this.#connection === undefined || this.#connection.broken)
          this.#connection = await PostgresConnection.open(this.#login)
        const connection = this.#connection
        connection.hold(true)
        const firstMs = Math.min(...this.#waiting.map(({ deadlineMs }) => deadlineMs))
        // In one round trip: the look comes behind the lock, and before anything is read.
        const begin = this.#begin(firstMs - performance.now())
        await inTime(connection, () => Promise.all([connection.script(begin), connection.refusePrograms()]))
        return connection
      } catch (error) {
        await this.#rollBack()
        if (!isLost(error) && !isLockTimeout(error)) {
          this.#rejectAll(this.#waiting.splice(0), error)
          return undefined
        }
        this.#rejectOverdue(error)
        // The lock was waited for already.
        if (!isLockTimeout(error)) await sleep(pauseMs * (0.5 + Math.random()))
      }
    }
    return undefined
  }

  async #runBatch(connection: PostgresConnection): Promise<void> {
    const items = this.#takeBatch()
    try {
      const outcomes = await inTime(connection, () => new PostgresBatch(connection).run(items))
      this.#answer(items, outcomes)
    } catch (error) {
      if (error instanceof CommitUnanswered) await this.#settleUnanswered(items, error)
      else {
        await this.#rollBack()
        this.#runAgain(items, error)
      }
    }
  }

  /** The first works, up to one that wants to be alone. */
  #takeBatch(): readonly Waiting[] {
    const end = this.#waiting.findIndex((item, index) => item.alone && index > 0)
    const size = this.#waiting[0]?.alone === true ? 1 : end < 0 ? this.#waiting.length : end
    return this.#waiting.splice(0, Math.min(size, mostWorks))
  }

  /** Nothing of them is there. */
  #runAgain(items: readonly Waiting[], error: unknown): void {
    const nowMs = performance.now()
    const again = items.filter(({ alone, deadlineMs }) => mayPassAgain(error) && !alone && deadlineMs > nowMs)
    if (error instanceof RefusedTogether) for (const item of again) item.apart = true
    this.#rejectAll(
      items.filter((item) => !again.includes(item)),
      error,
    )
    this.#waiting.unshift(...again)
  }

  async #settleUnanswered(items: readonly Waiting[], unanswered: CommitUnanswered): Promise<void> {
    const { transactionId, outcomes, cause } = unanswered
    const facts = this.#connection?.facts
    this.#disconnect()
    // What wrote nothing has lost nothing.
    const outcome =
      transactionId === undefined || facts === undefined
        ? 'aborted'
        : await askOutcome({ login: this.#login, transactionId, history: facts.history, limitMs: this.#busyLimitMs })
    if (outcome === 'committed') this.#answer(items, outcomes)
    else if (outcome === 'aborted') this.#runAgain(items, new LostConnection(cause))
    else this.#rejectAll(items, unknownOutcome(this.place, cause))
  }

  #answer(items: readonly Waiting[], outcomes: readonly Outcome[]): void {
    items.forEach((item, index) => {
      const outcome = outcomes[index]
      if (outcome === undefined) throw new Error('a work has no outcome')
      if ('value' in outcome) item.resolve(outcome.value)
      else item.reject(storeError(outcome.error, this.place))
    })
  }

  #rejectOverdue(error: unknown): void {
    const nowMs = performance.now()
    const overdue = this.#waiting.filter(({ deadlineMs }) => deadlineMs <= nowMs + 1)
    this.#waiting = this.#waiting.filter((item) => !overdue.includes(item))
    this.#rejectAll(overdue, error)
  }

  #rejectAll(items: readonly Waiting[], error: unknown): void {
    for (const item of items) item.reject(storeError(error, this.place))
  }

  /** Whatever was open; a connection on which that fails is given up. */
  async #rollBack(): Promise<void> {
    const connection = this.#connection
    if (connection === undefined || connection.broken) return this.#disconnect()
    try {
      await inTime(connection, () => connection.script('ROLLBACK'))
    } catch {
      this.#disconnect()
    }
  }

  #disconnect(): void {
    this.#connection?.destroy()
    this.#connection = undefined
  }
}

/** A network that swallows everything would be waited for without end. */
async function inTime<T>(connection: PostgresConnection, work: () => Promise<T>): Promise<T> {
  const timer = setTimeout(() => connection.destroy(), silenceMs)
  try {
    return await work()
  } finally {
    clearTimeout(timer)
  }
}
