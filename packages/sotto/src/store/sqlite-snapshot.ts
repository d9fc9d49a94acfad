/**
 * Reads of one moment, beside the queue of works: a connection of its own, on which SQLite's log lets others write while
 * it is open. What takes seconds, such as the walk over the audit chain, then holds nobody up.
 */
import { SqliteConnection } from './sqlite-connection.ts'
import { isBusy, storeError } from './sqlite-error.ts'
import { SqliteTransaction } from './sqlite-transaction.ts'
import type { Transaction } from './store.ts'

const pauseMs = 5
const longestWaitMs = 10_000

/** Runs the work on the state that the file has now. Codes as of `Store.snapshot`. */
export async function readSnapshot<T>(path: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
  let connection: SqliteConnection | undefined
  try {
    connection = await openSnapshot(path)
    return await work(new SqliteTransaction(connection))
  } catch (error) {
    throw storeError(error, path)
  } finally {
    connection?.close()
  }
}

/** Readers wait for nobody but a process that is repairing the log after a crash. */
async function openSnapshot(path: string): Promise<SqliteConnection> {
  for (let waitedMs = 0; ; waitedMs += pauseMs) {
    let connection: SqliteConnection | undefined
    try {
      connection = new SqliteConnection(path)
      connection.run('PRAGMA query_only = ON', [])
      connection.run('BEGIN', [])
      connection.isEmpty() // the first read is what fixes the moment
      return connection
    } catch (error) {
      connection?.close()
      if (!isBusy(error) || waitedMs >= longestWaitMs) throw error
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
}
