/** Fills the database of a store with that of a checked copy, in one transaction. */
import { rmSync } from 'node:fs'
import { SottoError } from '@sotto/sdk/model'
import type { AuditCheckpoint } from '@sotto/sdk/model'
import type { Keyring } from '../../keys/keyring.ts'
import type { RootKey } from '../../keys/root-key.ts'
import { AuditChain, readHead, verifyHead } from '../../store/audit-chain.ts'
import type { SignedHead } from '../../store/audit-chain.ts'
import { LiveKeyring } from '../../store/live-keyring.ts'
import { Rows } from '../../store/rows.ts'
import { copySqliteFile } from '../../store/sqlite-copy.ts'
import { openSqliteStore } from '../../store/sqlite-store.ts'
import type { SqlRow, Transaction } from '../../store/store.ts'
import { principalTable } from '../../store/workspaces.ts'
import { beginEpoch, restoreOperation } from '../audit/audit-epoch.ts'
import { localPrincipal } from '../first-use.ts'
import { describeKeyring } from './backup-format.ts'
import type { BackupHeader } from './backup-format.ts'

export interface Replacement {
  readonly storePath: string
  /** The database to take everything from: checked, of the present schema. */
  readonly copy: string
  /** Where the present state is copied to. */
  readonly setAside: string
  readonly header: BackupHeader
  readonly keyring: Keyring
  readonly rootKey: RootKey
  readonly checkpoint: AuditCheckpoint | undefined
  readonly osUser: string
  readonly clock: () => number
}

export interface Replaced {
  readonly epoch: number
}

const largestBelieved = 1_000_000_000

/** Codes: `backup_foreign`, and those of a store; the store is then as it was. */
export async function replaceContent(input: Replacement): Promise<Replaced> {
  const { storePath, copy, setAside } = input
  const store = await openSqliteStore({
    path: storePath,
    prepare: (connection) => {
      // Tables are filled in any order; the copy was seen to keep its foreign keys.
      connection.run('PRAGMA foreign_keys = OFF', [])
      connection.run('ATTACH DATABASE $1 AS restored', [copy])
    },
  })
  let isAside = false
  try {
    return await store.transaction(async (tx) => {
      const tables = await tx.all(
        "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
      )
      const present = tables.length === 0 ? undefined : await readPresent(tx, input)
      if (tables.length > 0) {
        copySqliteFile(storePath, setAside) // nobody writes as long as this transaction holds the lock
        isAside = true
      }
      for (const { name } of tables) await tx.define(`DROP TABLE main.${quoted(name)}`)
      await fill(tx)
      return await beginRestored(tx, input, present)
    })
  } catch (error) {
    // A store that was not replaced needs no second copy of itself.
    if (isAside) rmSync(setAside, { force: true })
    throw error
  } finally {
    await store.close()
  }
}

/** Where the chain of the present store ends. Throws `backup_foreign`. */
async function readPresent(tx: Transaction, { header }: Replacement): Promise<SignedHead | undefined> {
  const storeId = (await tx.get('SELECT store_id FROM main.keyring WHERE id = 1'))?.['store_id']
  const ours = describeKeyring(header.keyring).storeId
  if (storeId !== ours) {
    throw new SottoError('backup_foreign', `the backup is of store ${ours}, and store ${String(storeId)} is here`, {
      hint: 'set SOTTO_HOME to another folder to restore it there; nothing was changed',
    })
  }
  return readHead(await tx.get('SELECT epoch, sequence, head, signature FROM main.audit_head WHERE id = 1'))
}

async function fill(tx: Transaction): Promise<void> {
  const schema = await tx.all(
    "SELECT type, name, sql FROM restored.sqlite_schema WHERE sql IS NOT NULL ORDER BY type = 'table' DESC, rowid",
  )
  const tables = schema.filter(({ type }) => type === 'table')
  for (const { sql } of tables) await tx.define(String(sql))
  for (const { name } of tables) await tx.run(`INSERT INTO main.${quoted(name)} SELECT * FROM restored.${quoted(name)}`)
  for (const { type, sql } of schema) if (type === 'index') await tx.define(String(sql))
}

/** The epoch is behind every one that is known: of the backup, of the store that is replaced, and of what somebody kept. */
async function beginRestored(
  tx: Transaction,
  { header, keyring, rootKey, checkpoint, osUser, clock }: Replacement,
  present: SignedHead | undefined,
): Promise<Replaced> {
  const behind = readHead(await tx.get('SELECT epoch, sequence, head, signature FROM main.audit_head WHERE id = 1'))
  if (behind === undefined) throw new Error('the restored store has no head')
  const live = new LiveKeyring(keyring, rootKey)
  const principal = await new Rows(tx, live).find(principalTable, 'name = $1', [localPrincipal])
  const { storeId } = describeKeyring(header.keyring)
  // Also where the present head is signed by another key, as after a change of it: no epoch may come twice. Somebody
  // without a key can only make the number larger, up to a limit.
  const reached = Math.min(present?.epoch ?? 0, largestBelieved)
  const epoch = Math.max(behind.epoch, reached, checkpoint?.epoch ?? 0) + 1
  const record = {
    occurred_at: clock(),
    principal_id: principal?.id ?? '',
    principal: localPrincipal,
    os_user: osUser,
    operation: restoreOperation,
    outcome: 'done',
    object: `store ${storeId}`,
    object_id: storeId,
  }
  const replaced =
    present === undefined || !verifyHead(keyring, present)
      ? {}
      : { replaced: `${String(present.epoch)}:${String(present.sequence)}` }
  const detail = { backupOf: new Date(header.createdAtMs).toISOString(), keyring: keyring.generation, ...replaced }
  await beginEpoch({ tx, keyring: live, chain: new AuditChain(live), behind, epoch, record, detail })
  return { epoch }
}

function quoted(name: SqlRow[string] | undefined): string {
  return `"${String(name).replaceAll('"', '""')}"`
}
