/** The lock that makes the works of all processes on one store serial: an advisory one of PostgreSQL, fair by its queue. */
import { createHash } from 'node:crypto'

/** Its number: such locks are per database, so that the schema alone tells stores apart. */
export function storeLock(schema: string): string {
  return createHash('sha256').update(`sotto/store-lock/1 ${schema}`).digest().readBigInt64BE().toString()
}
