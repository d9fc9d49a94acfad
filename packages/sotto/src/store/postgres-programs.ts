/**
 * Views, triggers, rules, policies and functions run with our statements, and Sotto makes none: somebody else's would
 * choose what we read. A child table would add its rows to those of its parent, an operator would decide what is equal, and
 * an unlogged table is empty after a crash.
 */
import { SottoError } from '@sotto/sdk/model'
import type { PostgresAsker } from './postgres-answer.ts'
import type { PostgresPlace } from './postgres-url.ts'

/** Relations may be tables (r), indexes (i), and what large values and sequences need. */
const findProgram = `
  WITH relation AS (SELECT * FROM pg_class WHERE relnamespace = to_regnamespace($1))
  SELECT 'view, or another relation that is no table' AS kind, relname::text AS name FROM relation
    WHERE relkind NOT IN ('r', 'i')
  UNION ALL SELECT 'table that is not logged', relname FROM relation WHERE relpersistence <> 'p'
  UNION ALL SELECT 'row policy', relname FROM relation WHERE relrowsecurity OR relforcerowsecurity
  UNION ALL SELECT 'trigger', t.tgname FROM pg_trigger t JOIN relation ON relation.oid = t.tgrelid WHERE NOT t.tgisinternal
  UNION ALL SELECT 'trigger that was switched off', t.tgname FROM pg_trigger t JOIN relation ON relation.oid = t.tgrelid
    WHERE t.tgisinternal AND t.tgenabled <> 'O'
  UNION ALL SELECT 'rule', r.rulename FROM pg_rewrite r JOIN relation ON relation.oid = r.ev_class
  UNION ALL SELECT 'child table', relation.relname FROM pg_inherits i JOIN relation ON relation.oid IN (i.inhrelid, i.inhparent)
  UNION ALL SELECT 'function', proname FROM pg_proc WHERE pronamespace = to_regnamespace($1)
  UNION ALL SELECT 'operator', oprname FROM pg_operator WHERE oprnamespace = to_regnamespace($1)
  LIMIT 1`

/** Throws `store_corrupt` where the schema of the store holds any of it. */
export async function refusePrograms(asker: PostgresAsker, { schema, text }: PostgresPlace): Promise<void> {
  const [program] = (await asker.query(findProgram, [schema])).rows
  if (program === undefined) return
  throw new SottoError(
    'store_corrupt',
    `the store ${text} has a ${String(program['kind'])} that Sotto did not make: ${String(program['name'])}`,
    { hint: 'find out who can write the database; restore a backup. Nothing was changed or revealed' },
  )
}
