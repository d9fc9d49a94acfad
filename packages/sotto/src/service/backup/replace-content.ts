/** Fills the database of a store with that of a checked copy, in one transaction. */
import { existsSync, renameSync } from 'node:fs'
import { SottoError } from '@sotto/sdk/model'
import type { AuditCheckpoint } from '@sotto/sdk/model'
import { raiseGeneration } from '../../keys/keyring-edit.ts'
import type { Keyring } from '../../keys/keyring.ts'
import { systemRandom } from '../../keys/random.ts'
import { findFormerRootKeys, settleRootKey, stageFormerRootKey } from '../../keys/root-key-replacement.ts'
import type { RootKeyPlace } from '../../keys/root-key-replacement.ts'
import type { RootKey } from '../../keys/root-key.ts'
import { AuditChain, readHead, verifyHead } from '../../store/audit-chain.ts'
import type { SignedHead } from '../../store/audit-chain.ts'
import { LiveKeyring, readSlots } from '../../store/live-keyring.ts'
import { Rows } from '../../store/rows.ts'
import { copySqliteFile } from '../../store/sqlite-copy.ts'
import { openSqliteStore } from '../../store/sqlite-store.ts'
import type { SqlRow, Store, Transaction } from '../../store/store.ts'
import { principalTable } from '../../store/principals.ts'
import { beginEpoch, restoreOperation } from '../audit/audit-epoch.ts'
import { localPrincipal } from '../access.ts'
import { describeKeyring } from './backup-format.ts'
import type { BackupHeader } from './backup-format.ts'
import { partOf, settlePart } from './set-aside.ts'

export interface Replacement {
  readonly storePath: string
  /** The database to take everything from: checked, of the present schema. */
  readonly copy: string
  /** Where the present state is copied to. */
  readonly setAside: string
  readonly header: BackupHeader
  readonly keyring: Keyring
  readonly rootKey: RootKey
  /** Where the root key lies, when it is one in a file. */
  readonly keyPlace: RootKeyPlace
  readonly checkpoint: AuditCheckpoint | undefined
  /** What is wrong with the audit of the copy; none as a rule. */
  readonly accepted: readonly string[]
  readonly osUser: string
  readonly clock: () => number
}

export interface Replaced {
  readonly epoch: number
  /** As in `Restored`. */
  readonly formerKeyFile: string | undefined
}

/** The store that is replaced, by what lies there: nobody has verified it. */
interface Present {
  readonly head: SignedHead | undefined
  readonly generation: number
}

/** Of what is wrong with an audit that was accepted: what an event tells of it. */
const mostAccepted = 10

const largestBelieved = 1_000_000_000

/** Codes: `backup_foreign`, `keyring_conflict`, and those of a store; the store is then as it was. */
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
  const part = partOf(setAside)
  try {
    const epoch = await store.transaction((tx) => replaceRows(tx, input, part))
    if (existsSync(part)) renameSync(part, setAside)
    return { epoch, formerKeyFile: await settleKeyFile(store, input) }
  } finally {
    await store.close()
    // Of a restore that failed: whether it came to its commit, which may be unknown, decides what becomes of the copy.
    if (existsSync(part)) await settlePart(storePath, part)
  }
}

/** Gives the epoch that begins. */
async function replaceRows(tx: Transaction, input: Replacement, part: string): Promise<number> {
  const tables = await tx.all("SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
  const present = tables.length === 0 ? undefined : await readPresent(tx, input)
  requireKeyFile(input)
  if (tables.length > 0) copySqliteFile(input.storePath, part) // nobody writes as long as this transaction holds the lock
  for (const { name } of tables) await tx.define(`DROP TABLE main.${quoted(name)}`)
  await fill(tx)
  return await beginRestored(tx, input, present)
}

/**
 * Files of root keys change under the lock of the store alone, so what is seen here holds at the COMMIT. A key that was
 * kept from an earlier change is staged: whoever opens the store behind the COMMIT finds it, wherever this is killed.
 */
function requireKeyFile({ rootKey, keyPlace }: Replacement): void {
  if (rootKey.kind !== 'file' || stageFormerRootKey(keyPlace, rootKey.id)) return
  throw new SottoError('keyring_conflict', 'another process has changed the root key of this store in the meantime', {
    hint: 'run it again; nothing was changed',
  })
}

/** By what the store says now: another process may have changed the root key once more. */
async function settleKeyFile(store: Store, { keyPlace, rootKey }: Replacement): Promise<string | undefined> {
  if (rootKey.kind !== 'file') return undefined
  const before = new Set(findFormerRootKeys(keyPlace.path))
  await store.transaction(async (tx) => {
    const [primary] = await readSlots(tx)
    if (primary !== undefined) settleRootKey(keyPlace, primary.rootKeyId)
  })
  return findFormerRootKeys(keyPlace.path).find((path) => path.endsWith('.old') && !before.has(path))
}

/** What the present store says of itself. Throws `backup_foreign`. */
async function readPresent(tx: Transaction, { header }: Replacement): Promise<Present> {
  const row = await tx.get('SELECT store_id, generation FROM main.keyring WHERE id = 1')
  const { store_id: storeId, generation } = row ?? {}
  const ours = describeKeyring(header.keyring).storeId
  if (storeId !== ours) {
    throw new SottoError('backup_foreign', `the backup is of store ${ours}, and store ${String(storeId)} is here`, {
      hint: 'set SOTTO_HOME to another folder to restore it there; nothing was changed',
    })
  }
  const head = readHead(await tx.get('SELECT epoch, sequence, head, signature FROM main.audit_head WHERE id = 1'))
  return { head, generation: typeof generation === 'number' ? generation : 0 }
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
  { header, keyring, rootKey, checkpoint, accepted, osUser, clock }: Replacement,
  present: Present | undefined,
): Promise<number> {
  const behind = readHead(await tx.get('SELECT epoch, sequence, head, signature FROM main.audit_head WHERE id = 1'))
  if (behind === undefined) throw new Error('the restored store has no head')
  const live = new LiveKeyring(keyring, rootKey)
  // So that processes which have seen later keys take these for the newest, and go on.
  const above = Math.min(present?.generation ?? 0, largestBelieved)
  await live.replace(tx, { edit: (given) => raiseGeneration({ ...given, above }), random: systemRandom })
  const principal = await new Rows(tx, live).find(principalTable, 'name = $1', [localPrincipal])
  const { storeId } = describeKeyring(header.keyring)
  // Also where the present head is signed by another key, as after a change of it: no epoch may come twice. Somebody
  // without a key can only make the number larger, up to a limit.
  const reached = Math.min(present?.head?.epoch ?? 0, largestBelieved)
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
    present?.head === undefined || !verifyHead(keyring, present.head)
      ? {}
      : { replaced: `${String(present.head.epoch)}:${String(present.head.sequence)}` }
  const { generation } = live.current
  const detail = {
    backupOf: new Date(header.createdAtMs).toISOString(),
    keyring: generation,
    ...replaced,
    ...(accepted.length === 0 ? {} : { accepted: accepted.slice(0, mostAccepted), acceptedProblems: accepted.length }),
  }
  await beginEpoch({ tx, keyring: live, chain: new AuditChain(live), behind, epoch, record, detail })
  return epoch
}

function quoted(name: SqlRow[string] | undefined): string {
  return `"${String(name).replaceAll('"', '""')}"`
}
