/**
 * Whether a server can keep what it acknowledges: looked at with every connection, since most of it can be changed while
 * the server runs. https://www.postgresql.org/docs/current/runtime-config-wal.html
 */
import { SottoError } from '@sotto/sdk/model'
import type { PostgresAsker } from './postgres-answer.ts'

export interface PostgresFacts {
  /** As 150018 for 15.18. */
  readonly version: number
  readonly encoding: string
  readonly synchronousCommit: string
  readonly fsync: string
  readonly fullPageWrites: string
  readonly isReplica: boolean
  readonly isReadOnly: boolean
  /** `replica` would switch foreign keys off. */
  readonly replicationRole: string
  /** The same as long as it is this server's history: another one after a failover to a replica. */
  readonly history: string
}

/** PostgreSQL 14 is the oldest that its makers still mend in 2026. */
const oldestVersion = 140_000

/** The server's answers; errors are those of the driver. */
export async function readFacts(asker: PostgresAsker): Promise<PostgresFacts> {
  const { rows } = await asker.query(
    `
    SELECT current_setting('server_version_num') AS version, current_setting('server_encoding') AS encoding,
      current_setting('synchronous_commit') AS synchronous_commit, current_setting('fsync') AS fsync,
      current_setting('full_page_writes') AS full_page_writes, pg_is_in_recovery() AS is_replica,
      current_setting('default_transaction_read_only') AS read_only,
      current_setting('session_replication_role') AS replication_role,
      (SELECT system_identifier FROM pg_control_system()) || ':' || (SELECT timeline_id FROM pg_control_checkpoint())
        AS history`,
    [],
  )
  const row = rows[0] ?? {}
  return {
    version: Number(row['version']),
    encoding: String(row['encoding']),
    synchronousCommit: String(row['synchronous_commit']),
    fsync: String(row['fsync']),
    fullPageWrites: String(row['full_page_writes']),
    isReplica: row['is_replica'] === 1,
    isReadOnly: row['read_only'] === 'on',
    replicationRole: String(row['replication_role']),
    history: String(row['history']),
  }
}

/** Throws `store_unsuitable`, with what mends it. */
export function refuseServer(facts: PostgresFacts, place: string): void {
  const reason = findReason(facts)
  if (reason === undefined) return
  const [what, hint] = reason
  throw new SottoError('store_unsuitable', `the database ${place} cannot hold a store: ${what}`, { hint })
}

function findReason(facts: PostgresFacts): readonly [what: string, hint: string] | undefined {
  if (!(facts.version >= oldestVersion))
    return [`its server has version ${String(facts.version / 10_000)}`, 'PostgreSQL 14 or later']
  if (facts.encoding !== 'UTF8')
    return [`its encoding is ${facts.encoding}`, "CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"]
  if (facts.isReplica) return ['it is a replica, which cannot be written', 'name the primary server in the URL']
  if (facts.isReadOnly)
    return ['its transactions are read-only', 'ALTER DATABASE … RESET default_transaction_read_only']
  if (facts.replicationRole !== 'origin')
    return ['session_replication_role switches foreign keys off', 'ALTER ROLE … RESET session_replication_role']
  const off = [
    ['synchronous_commit', facts.synchronousCommit, 'a commit may be lost in a crash after it was answered'],
    ['fsync', facts.fsync, 'a crash may lose or destroy everything'],
    ['full_page_writes', facts.fullPageWrites, 'a crash may destroy pages'],
  ].find(([, value]) => value === 'off')
  if (off === undefined) return undefined
  const [name = '', , why = ''] = off
  return [
    `${name} is off: ${why}`,
    `ALTER SYSTEM SET ${name} TO on; SELECT pg_reload_conf(); and look at ALTER ROLE and ALTER DATABASE`,
  ]
}
