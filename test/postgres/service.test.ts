/**
 * What the service does on SQLite it does on PostgreSQL: its tests, run once more with the store there. Left out are those
 * of files (backup, restore, first use on a disk), of several processes on one file, which have tests of their own here, and
 * the property tests, which say more about the service than about the store.
 */
import { findPostgres } from '../support/find-postgres.ts'
import { inCi } from '../support/parts.ts'

const service = '../../packages/sotto/src/service'
const files = [
  'altered-rows.test.ts',
  'audit/audit-prune.test.ts',
  'audit/audit.test.ts',
  'clock.test.ts',
  'door.test.ts',
  'keys/keys.test.ts',
  'principals/grants.test.ts',
  'principals/signed-in.test.ts',
  'references/resolve-references.test.ts',
  'runs/runs.test.ts',
  'secrets/compare-and-set.test.ts',
  'secrets/secret-life.test.ts',
  'secrets/secret-list.test.ts',
  'secrets/secrets.test.ts',
  'secrets/wiped-values.test.ts',
  'stacks/components.test.ts',
  'stacks/flavors.test.ts',
  'stacks/stacks.test.ts',
]

if (findPostgres() !== undefined || inCi) {
  process.env['SOTTO_TEST_STORE'] = 'postgres'
  for (const file of files) await import(`${service}/${file}`)
}
