/** Backups of the store on this machine: checked and restored by whoever holds the root key; no store has to be open. */
import { keyServices } from '../integrations/key-services.ts'
import { restoreStore } from '../service/backup/restore-store.ts'
import type { Restored, RestoreInput } from '../service/backup/restore-store.ts'
import { verifyBackup } from '../service/backup/verify-backup.ts'
import type { BackupVerification } from '../service/backup/verify-backup.ts'
import { osUser } from './os-user.ts'
import { findPlaces } from './places.ts'

type Environment = Readonly<Record<string, string | undefined>>

export type { BackupVerification, Restored }

/** Codes as of `verifyBackup`. */
export function verifyBackupFile(env: Environment, file: string, deep: boolean): Promise<BackupVerification> {
  return verifyBackup({ file, deep, keyPlaces: { env, keyServices, ...findPlaces(env) } })
}

/** Codes as of `restoreStore`. */
export function restoreBackupFile(
  env: Environment,
  file: string,
  { checkpoint, acceptBrokenAudit }: Pick<RestoreInput, 'checkpoint' | 'acceptBrokenAudit'>,
): Promise<Restored> {
  const places = findPlaces(env)
  const { storePath, logsFolder } = places
  const keyPlaces = { env, keyServices, ...places }
  return restoreStore({
    file,
    storePath,
    logsFolder,
    keyPlaces,
    checkpoint,
    acceptBrokenAudit: acceptBrokenAudit === true,
    osUser: osUser(),
    clock: Date.now,
  })
}
