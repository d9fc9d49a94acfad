/** `createBackup`: the one operation on backups that an open store does. */
import type { Backup } from '@sotto/sdk/model'
import { isSottoError } from '@sotto/sdk/model'
import { liesInDatabase } from '../../store/store-place.ts'
import { idText } from '../../store/id.ts'
import type { Call } from '../call.ts'
import { AfterCommit } from '../door.ts'
import type { Handlers } from '../door.ts'
import { notInDatabase } from './not-in-database.ts'
import { findPlace } from './backup-place.ts'
import { writeBackup } from './backup-writer.ts'

export const backupHandlers: Handlers<'createBackup'> = {
  createBackup: async (call, { file, logs = false, replace = false }) => {
    call.ask('store')
    call.require({ kind: 'store', name: 'store' })
    const { store, keyring, logsFolder } = call.parts
    if (liesInDatabase(store.place)) throw notInDatabase()
    const place = findPlace({ file, replace, storePath: store.place })
    const storeId = idText(keyring.current.storeId)
    const event = { object: `store ${storeId}`, objectId: storeId, detail: { file: place.path, logs } }
    // As with a reveal, the event is on disk before anything leaves.
    call.event(event)
    const createdAtMs = call.nowMs
    return new AfterCommit(async (): Promise<Backup> => {
      try {
        const folder = logs ? logsFolder : undefined
        return await writeBackup({ place, storePath: store.place, keyring, createdAtMs, logsFolder: folder })
      } catch (error) {
        await recordFailure(call, event, error)
        throw error
      }
    })
  },
}

/** So that nobody takes the event before for a backup that there is. */
async function recordFailure(
  call: Call,
  event: { readonly object: string; readonly objectId: string },
  error: unknown,
): Promise<void> {
  const code = isSottoError(error) ? error.code : 'internal'
  const { store, chain } = call.parts
  try {
    await store.transaction(async (tx) => {
      chain.append(tx, call.record('refused', { ...event, detail: { code } }))
    })
  } catch {
    // A full disk takes this event too; the error of the backup is the one to tell.
  }
}
