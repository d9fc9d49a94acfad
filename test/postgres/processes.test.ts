/**
 * What holds for four processes on one file holds for four on one database: the tests of `test/processes`, with the store on
 * PostgreSQL.
 */
import { findPostgres } from '../support/find-postgres.ts'
import { inCi } from '../support/parts.ts'
import { sharedPostgres } from '../support/postgres.ts'

if (findPostgres() !== undefined || inCi) {
  const server = await sharedPostgres()
  process.env['SOTTO_TEST_STORE_URL'] = server.newUrl()
  process.env['PGPASSWORD'] = server.password
  await import('../processes/four-processes.test.ts')
}
