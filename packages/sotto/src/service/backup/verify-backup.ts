/** `sotto backup verify`: everything that `restore` checks, and nothing is replaced. */
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Backup } from '@sotto/sdk/model'
import { findRootKeyOf } from './backup-root-key.ts'
import type { RootKeyPlaces } from './backup-root-key.ts'
import { corruptBackup, databaseSection } from './backup-format.ts'
import { BackupReader } from './backup-reader.ts'
import { describeBackup } from './backup-writer.ts'
import { checkDatabase } from './check-database.ts'

export interface VerifyInput {
  readonly file: string
  readonly keyPlaces: RootKeyPlaces
  /** Opens every value instead of a sample. */
  readonly deep: boolean
}

export interface BackupVerification extends Backup {
  readonly fingerprint: string
  readonly events: number
  readonly values: number
  readonly valuesOpened: number
}

/** Values that are opened without `deep`, spread over the whole. */
const sampleSize = 1000

/** Codes: `backup_corrupt`, `backup_newer`, `file_unreadable`, and those of root keys and keyrings. */
export async function verifyBackup({ file, keyPlaces, deep }: VerifyInput): Promise<BackupVerification> {
  using reader = new BackupReader(file)
  const key = await findRootKeyOf(reader.header, keyPlaces)
  const keyring = reader.open(key)
  const folder = mkdtempSync(join(tmpdir(), 'sotto-verify-'))
  try {
    const path = join(folder, 'store.db')
    extractDatabase(reader, path)
    const values = deep ? Number.MAX_SAFE_INTEGER : sampleSize
    const checked = await checkDatabase({ path, header: reader.header, rootKey: key, values })
    return {
      ...describeBackup(file, reader.header, reader.sizeBytes),
      fingerprint: keyring.auditFingerprint,
      events: checked.audit.events,
      values: checked.values,
      valuesOpened: checked.opened,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Into a new file, 0600. */
export function extractDatabase(reader: BackupReader, path: string): void {
  const section = reader.header.sections.find(({ name }) => name === databaseSection)
  if (section === undefined) throw corruptBackup('it holds no database')
  const descriptor = openSync(path, 'wx', 0o600)
  try {
    reader.copy(section, descriptor)
  } finally {
    closeSync(descriptor)
  }
}
