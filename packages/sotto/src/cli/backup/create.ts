/** `sotto backup create FILE`: the whole store in one file, while others write. */
import type { Call } from '../command.ts'
import { resolvePath } from '../values/read-file.ts'
import { rootKeysText, sizeText } from './backup-words.ts'

export async function createBackup(call: Call): Promise<undefined> {
  const { ask, context, input, print } = call
  const file = resolvePath(context, input.argument('FILE'))
  const api = await call.api()
  const backup = await api.createBackup({ file, logs: input.flag('with-logs'), replace: ask.saidYes })
  await print.changed(backup, [
    `wrote ${backup.file}: store ${backup.storeId}, ${sizeText(backup.sizeBytes)}, readable by you alone`,
    `it opens with root key ${rootKeysText(backup.rootKeys)}, which is not in it: keep that key elsewhere`,
  ])
  // Who loses the machine loses the key file with it.
  if (!backup.rootKeys.some(({ role }) => role === 'recovery'))
    print.warn('this store has no recovery code: without its root key the backup is worth nothing')
}
