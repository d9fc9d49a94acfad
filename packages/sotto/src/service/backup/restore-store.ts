/**
 * `sotto backup restore`. Everything is checked in a copy; then the content of the store's database is replaced by one
 * transaction of SQLite in the file that is there:
 *
 *     read and check the backup -> copy beside the store, check all of it -> lock the store -> see that its root key lies
 *     there still -> set its present state aside -> drop and fill every table, raise the generation of the keyring, begin an
 *     epoch -> COMMIT -> put the file of the root key in its place
 *
 * Another file under the old name would leave other processes writing to the old one, and SQLite's log beside it would be
 * taken for the new one's. This way a process that has the store open sees the restored state with its next transaction,
 * and one that is killed here leaves either the old state or the new one. Only a database that is too damaged for that is
 * moved away.
 */
import { existsSync, renameSync, rmSync } from 'node:fs'
import { isSottoError } from '@sotto/sdk/model'
import type { AuditCheckpoint } from '@sotto/sdk/model'
import { rootKeyFile } from '../../keys/get-root-key.ts'
import { liesInDatabase } from '../../store/store-place.ts'
import { notInDatabase } from './not-in-database.ts'
import { makeStoreFolder } from '../../store/store-file.ts'
import { findRootKeyOf } from './backup-root-key.ts'
import type { RootKeyPlaces } from './backup-root-key.ts'
import { describeKeyring } from './backup-format.ts'
import { fileError } from './backup-place.ts'
import { BackupReader } from './backup-reader.ts'
import { checkDatabase } from './check-database.ts'
import { replaceContent } from './replace-content.ts'
import { removeRests } from './rests.ts'
import { restoreLogs } from './restore-logs.ts'
import { removeDatabase, setAsidePath, settleSetAside } from './set-aside.ts'
import { extractDatabase } from './verify-backup.ts'

export interface RestoreInput {
  readonly file: string
  readonly storePath: string
  readonly logsFolder: string
  readonly keyPlaces: RootKeyPlaces
  /** The last place in the chain that is known, where the store itself is lost: the new epoch begins behind it. */
  readonly checkpoint: AuditCheckpoint | undefined
  /** Restore it also where its audit does not hold; the new epoch says so. */
  readonly acceptBrokenAudit?: boolean
  readonly osUser: string
  /** UTC milliseconds. */
  readonly clock: () => number
}

export interface Restored {
  readonly storeId: string
  /** When the backup was made: what was written since then is gone. UTC milliseconds. */
  readonly createdAtMs: number
  readonly epoch: number
  /** What is wrong with the audit that was restored all the same. */
  readonly accepted: readonly string[]
  /** Values that were opened to check: all. */
  readonly values: number
  /** Where the state before lies; `undefined` where there was none. */
  readonly setAside: string | undefined
  /** Logs of runs that were put back. */
  readonly logs: number
  /** The root key of before, where the backup opens with another one that was kept: that one is in its place again. */
  readonly formerKeyFile: string | undefined
}

/**
 * Codes: `backup_corrupt`, `backup_newer`, `backup_foreign`, `file_unreadable`, `keyring_conflict`, those of root keys and
 * keyrings, and `store_busy`, `store_unwritable`. Whichever it is, the store is as it was.
 */
export async function restoreStore(input: RestoreInput): Promise<Restored> {
  const { storePath } = input
  if (liesInDatabase(storePath)) throw notInDatabase()
  using reader = new BackupReader(input.file)
  const rootKey = await findRootKeyOf(reader.header, input.keyPlaces)
  const keyring = reader.open(rootKey)
  makeStoreFolder(storePath)
  removeRests(storePath, (pid) => `.restoring-${pid}`)
  await settleSetAside(storePath)
  const copy = `${storePath}.restoring-${String(process.pid)}`
  try {
    extractDatabase(reader, copy)
    const { audit, values } = await checkDatabase({
      path: copy,
      header: reader.header,
      rootKey,
      values: Number.MAX_SAFE_INTEGER,
      acceptBrokenAudit: input.acceptBrokenAudit === true,
    })
    const setAside = setAsidePath(storePath, input.clock())
    const { env, rootKeyPath } = input.keyPlaces
    const keyPlace = { path: rootKeyFile({ env, defaultFile: rootKeyPath }), userId: process.geteuid?.() }
    const accepted = audit.problems
    const replacement = { ...input, accepted, copy, setAside, keyring, rootKey, keyPlace, header: reader.header }
    const replaced = await replaceOrMove(storePath, setAside, () => replaceContent(replacement))
    const logs = restoreLogs(reader, input.logsFolder)
    const { storeId } = describeKeyring(reader.header.keyring)
    return {
      storeId,
      createdAtMs: reader.header.createdAtMs,
      epoch: replaced.epoch,
      accepted,
      values,
      setAside: existsSync(setAside) ? setAside : undefined,
      logs,
      formerKeyFile: replaced.formerKeyFile,
    }
  } catch (error) {
    throw fileError(error, copy)
  } finally {
    removeDatabase(copy)
  }
}

/** A database that cannot be read as one is moved away with its log; then there is an empty place to fill. */
async function replaceOrMove<T>(storePath: string, setAside: string, replace: () => Promise<T>): Promise<T> {
  try {
    return await replace()
  } catch (error) {
    if (!isSottoError(error, 'store_corrupt')) throw error
    rmSync(setAside, { force: true }) // a copy of a damaged database is worth less than the file itself
    for (const end of ['-wal', '-shm', '']) {
      if (existsSync(`${storePath}${end}`)) renameSync(`${storePath}${end}`, `${setAside}${end}`)
    }
    return await replace()
  }
}
