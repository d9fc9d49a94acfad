/** What became of a transaction whose commit was not answered. */
import { setTimeout as sleep } from 'node:timers/promises'
import { PostgresConnection } from './postgres-connection.ts'
import type { PostgresLogin } from './postgres-connection.ts'
import { isLost } from './postgres-error.ts'

export interface OutcomeQuestion {
  readonly login: PostgresLogin
  /** As of pg_current_xact_id(). */
  readonly transactionId: string
  /** Of the server that was to commit it: another one uses the same numbers for other transactions. */
  readonly history: string
  /** How long the server may stay away. In milliseconds. */
  readonly limitMs: number
}

const pauseMs = 100

/**
 * Asks the server, as soon as there is one again. `unknown` where it stays away, where a replica has taken its place, or
 * where it does not know any more.
 */
export async function askOutcome(question: OutcomeQuestion): Promise<'committed' | 'aborted' | 'unknown'> {
  const { login, transactionId, history, limitMs } = question
  const untilMs = performance.now() + limitMs
  while (performance.now() < untilMs) {
    let connection: PostgresConnection | undefined
    try {
      connection = await PostgresConnection.open(login)
      if (connection.facts.history !== history) return 'unknown'
      const { rows } = await connection.query('SELECT pg_xact_status($1::text::xid8) AS status', [transactionId])
      const status = rows[0]?.['status']
      if (status === 'committed' || status === 'aborted') return status
      // Its process still works at it, or has not noticed yet that we are gone.
      if (status !== 'in progress') return 'unknown'
    } catch (error) {
      if (!isLost(error)) return 'unknown'
    } finally {
      await connection?.close()
    }
    await sleep(pauseMs)
  }
  return 'unknown'
}
