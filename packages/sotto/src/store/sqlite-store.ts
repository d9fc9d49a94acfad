/**
 * The store on SQLite. One queue runs the waiting works in one transaction and answers all of them after one COMMIT:
 *
 *     BEGIN IMMEDIATE | SAVEPOINT, work, RELEASE or ROLLBACK TO | ... | ends of works | steps of the commit | COMMIT | answers
 *
 * so that a flush of the disk is shared, and two works never interleave on the one connection. A lock that another
 * process holds is waited for outside SQLite, with the event loop running.
 */
import { statSync } from 'node:fs'
import { SottoError } from '@sotto/sdk/model'
import { SqliteConnection } from './sqlite-connection.ts'
import { isBusy, storeError } from './sqlite-error.ts'
import { readSnapshot } from './sqlite-snapshot.ts'
import { SqliteTransaction } from './sqlite-transaction.ts'
import type { Notes } from './sqlite-transaction.ts'
import type { CloseOptions, Store, TransactionOptions, Work } from './store.ts'
import { prepareStoreFile } from './store-file.ts'

export interface SqliteStoreOptions {
  readonly path: string
  /** How long a work waits for other processes. In milliseconds; 10 seconds by default. */
  readonly busyLimitMs?: number | undefined
  /** Uniform numbers in [0, 1) that spread the waiting of several processes. */
  readonly jitter?: (() => number) | undefined
  /** Tests limit the size of the file with it. */
  readonly prepare?: ((connection: SqliteConnection) => void) | undefined
}

interface Waiting {
  readonly work: Work<unknown>
  readonly resolve: (value: unknown) => void
  readonly reject: (reason: unknown) => void
  readonly deadlineMs: number
  readonly alone: boolean
}

/** A work that was run, with what it came to. */
interface Ran {
  readonly item: Waiting
  readonly tx: SqliteTransaction
  outcome: { readonly value: unknown } | { readonly error: unknown }
}

/** Gives up the work that is running. */
interface Guard {
  abandon: (reason: Error) => void
}

/** A batch ends here, so that the event loop and other processes get their turn. In milliseconds. */
const batchLimitMs = 20
const firstPauseMs = 1
const longestPauseMs = 4
/** Who shares the file with others goes on for so long, since taking turns costs what was remembered of the file, */
const turnMs = 40
/** and then leaves it alone for longer than the others wait between two looks. */
const yieldMs = 8
/** So long another process counts as one that writes too. */
const sharedMs = 1000
/** A log that is longer is not left behind. */
const longestLogBytes = 256 * 1024

/** Opens the store, creating an empty file where there is none. Codes as of `Store.transaction`, and `store_insecure`. */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  prepareStoreFile(options.path)
  const store = new SqliteStore(options)
  // Shows at once whether the file can be opened at all; several processes may be switching a new file to WAL.
  await store.transaction(async () => undefined)
  return store
}

class SqliteStore implements Store {
  readonly place: string
  readonly #options: SqliteStoreOptions
  readonly #busyLimitMs: number
  readonly #jitter: () => number
  #connection: SqliteConnection | undefined
  #waiting: Waiting[] = []
  #running: Promise<void> | undefined
  #closed = false
  /** Until then another process counts as one that writes too. */
  #sharedUntilMs = 0
  #turnBeganMs = 0

  constructor(options: SqliteStoreOptions) {
    this.place = options.path
    this.#options = options
    this.#busyLimitMs = options.busyLimitMs ?? 10_000
    this.#jitter = options.jitter ?? Math.random
  }

  transaction<T>(work: Work<T>, { alone = false }: TransactionOptions = {}): Promise<T> {
    if (this.#closed) return Promise.reject(new Error('the store was closed'))
    return new Promise<T>((resolve, reject) => {
      const answer = resolve as (value: unknown) => void // it only ever gets what `work` gave
      this.#waiting.push({ work, resolve: answer, reject, deadlineMs: monotonicMs() + this.#busyLimitMs, alone })
      this.#running ??= this.#run()
    })
  }

  async snapshot<T>(work: Work<T>): Promise<T> {
    if (this.#closed) throw new Error('the store was closed')
    return await readSnapshot(this.place, work)
  }

  async close({ processEnds = false }: CloseOptions = {}): Promise<void> {
    this.#closed = true
    await this.#running
    // The last connection that closes copies the log into the file and removes it: four flushes, where the event of a
    // read took one. The log is as durable as the file, and the next one to open reads a short one in no time.
    if (processEnds && sizeOf(`${this.place}-wal`) <= longestLogBytes) return
    this.#connection?.close()
    this.#connection = undefined
  }

  async #run(): Promise<void> {
    do {
      await nextTurn() // callers that were just answered hand in their next work first, and share the flush
      await this.#yieldToOthers()
      if (await this.#begin()) await this.#runBatch()
    } while (this.#waiting.length > 0)
    this.#running = undefined
  }

  /** Nobody is told that the lock is free, so whoever took it again at once would have it for ever. */
  async #yieldToOthers(): Promise<void> {
    const nowMs = monotonicMs()
    if (nowMs > this.#sharedUntilMs || nowMs < this.#turnBeganMs + turnMs) return
    await sleep(yieldMs * (0.5 + this.#jitter()))
    this.#turnBeganMs = monotonicMs()
  }

  /** Begins a transaction, or answers every waiting work with the reason why that is impossible. */
  async #begin(): Promise<boolean> {
    for (let pauseMs = firstPauseMs; this.#waiting.length > 0; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      try {
        this.#connection ??= this.#connect()
        if (this.#connection.begin()) {
          this.#turnBeganMs = monotonicMs()
          this.#sharedUntilMs = this.#turnBeganMs + sharedMs
        }
        return true
      } catch (error) {
        if (!isBusy(error)) {
          this.#rejectAll(this.#waiting.splice(0), error)
          this.#disconnect()
          return false
        }
        const nowMs = monotonicMs()
        this.#rejectAll(
          this.#waiting.filter((item) => item.deadlineMs <= nowMs),
          error,
        )
        this.#waiting = this.#waiting.filter((item) => item.deadlineMs > nowMs)
        await sleep(pauseMs * (0.5 + this.#jitter()))
      }
    }
    return false
  }

  async #runBatch(): Promise<void> {
    const connection = this.#open()
    const items: Waiting[] = []
    const startMs = monotonicMs()
    // Works await nothing but their transaction, so a whole batch runs before the event loop turns.
    const guard: Guard = { abandon: () => undefined }
    let timer = setImmediate(function watch() {
      guard.abandon(new Error('a work awaited something else than its transaction'))
      timer = setImmediate(watch)
    })
    const batch: Ran[] = []
    try {
      for (let item = this.#waiting.shift(); item !== undefined; item = this.#nextInBatch(item)) {
        items.push(item)
        batch.push(await this.#runWork(item, connection, guard))
        if (monotonicMs() - startMs > batchLimitMs) break
      }
      const notes: Notes = new Map()
      for (const ran of batch) finish(ran, notes)
      const tx = new SqliteTransaction(connection)
      for (const [step, given] of notes) await step(tx, given)
      connection.run('COMMIT', [])
    } catch (error) {
      this.#rejectAll(items, error)
      this.#disconnect()
      return
    } finally {
      clearImmediate(timer)
    }
    for (const { item, outcome } of batch) {
      if ('value' in outcome) item.resolve(outcome.value)
      else item.reject(storeError(outcome.error, this.place))
    }
  }

  #nextInBatch(before: Waiting): Waiting | undefined {
    return before.alone || this.#waiting[0]?.alone === true ? undefined : this.#waiting.shift()
  }

  /** Runs one work in its savepoint. Throws only when the transaction as a whole is lost. */
  async #runWork(item: Waiting, connection: SqliteConnection, guard: Guard): Promise<Ran> {
    const tx = new SqliteTransaction(connection)
    try {
      const value = await new Promise((resolve, reject) => {
        guard.abandon = reject
        item.work(tx).then(resolve, reject)
      })
      tx.release()
      return { item, tx, outcome: { value } }
    } catch (error) {
      // SQLite gives the whole transaction up by itself when, for example, the disk is full.
      if (!connection.inTransaction) throw error
      tx.undo()
      return { item, tx, outcome: { error } }
    }
  }

  #rejectAll(items: readonly Waiting[], error: unknown): void {
    for (const item of items) item.reject(storeError(error, this.place))
  }

  #open(): SqliteConnection {
    if (this.#connection === undefined) throw new SottoError('internal', 'the store has no connection')
    return this.#connection
  }

  #connect(): SqliteConnection {
    const connection = new SqliteConnection(this.#options.path)
    this.#options.prepare?.(connection)
    return connection
  }

  /** After a failure the next work gets a new connection: closing rolls back whatever was open. */
  #disconnect(): void {
    try {
      this.#connection?.close()
    } finally {
      this.#connection = undefined
    }
  }
}

/** The end of a work, which may still fail it; the notes are in the order in which the works ran. */
function finish(ran: Ran, notes: Notes): void {
  try {
    if ('value' in ran.outcome) ran.tx.finish()
    ran.tx.note(notes)
  } catch (error) {
    ran.tx.undo()
    ran.outcome = { error }
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

/** Milliseconds of a clock that nobody sets. `performance.now()` would load its module, which costs 1.5 ms at start. */
function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + nanoseconds / 1_000_000
}

// Written out for the same reason as above: node:timers/promises is a module of its own.
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
