/** What PostgreSQL answers, and who asks it. */
import type { SqlRow, SqlValue } from './store.ts'

export interface PostgresAnswer {
  readonly rows: readonly SqlRow[]
  /** Rows that were inserted, changed or deleted. */
  readonly changed: number
  /** The first word of what was done: COMMIT says ROLLBACK where there was nothing to commit any more. */
  readonly command: string
}

export interface PostgresAsker {
  query(sql: string, params: readonly SqlValue[]): Promise<PostgresAnswer>
}
