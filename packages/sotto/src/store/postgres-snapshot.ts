/** Reads of one moment, beside the queue of works: a connection and a transaction of its own, which locks nothing. */
import { PostgresConnection } from './postgres-connection.ts'
import type { PostgresLogin } from './postgres-connection.ts'
import { storeError } from './postgres-error.ts'
import { PostgresTransaction } from './postgres-transaction.ts'
import type { Transaction } from './store.ts'

/** Runs the work on the state that the database has now. Codes as of `Store.snapshot`. */
export async function readPostgresSnapshot<T>(login: PostgresLogin, work: (tx: Transaction) => Promise<T>): Promise<T> {
  let connection: PostgresConnection | undefined
  try {
    connection = await PostgresConnection.open(login)
    connection.hold(true)
    // The work may await other things between its statements, and may take long: nobody waits for it.
    await connection.script('SET idle_in_transaction_session_timeout TO 0')
    await connection.script('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY')
    await connection.isEmpty() // the first statement is what fixes the moment
    const nothing = (): void => undefined
    const tx = new PostgresTransaction(connection, true, { onWrite: nothing, onQuiet: nothing, onRefused: nothing })
    return await work(tx)
  } catch (error) {
    throw storeError(error, login.place.text)
  } finally {
    await connection?.close()
  }
}
