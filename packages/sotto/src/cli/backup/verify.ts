/** `sotto backup verify FILE`: exit code 1 unless a restore of it would succeed. */
import type { Call } from '../command.ts'
import { verifyBackupFile } from '../../connect/backup.ts'
import { checkpointText } from '../parse/checkpoint.ts'
import { resolvePath } from '../values/read-file.ts'
import { rootKeysText, sizeText } from './backup-words.ts'

export async function verifyBackup(call: Call): Promise<undefined> {
  const { context, input, print } = call
  const file = resolvePath(context, input.argument('FILE'))
  const found = await verifyBackupFile(context.env, file, input.flag('deep'))
  await print.result(found, () => ({
    facts: [
      ['result', 'whole: a restore of it would succeed'],
      ['file', `${found.file}, ${sizeText(found.sizeBytes)}`],
      ['store', `${found.storeId}, schema ${String(found.schemaVersion)}`],
      ['made', found.createdAt],
      ['root key', rootKeysText(found.rootKeys)],
      ['values', `${String(found.values)}, of which ${String(found.valuesOpened)} were opened`],
      ['logs of runs', String(found.logs)],
      ['audit', `${String(found.events)} events, checkpoint ${checkpointText(found.checkpoint)}`],
      ['fingerprint', found.fingerprint],
    ],
  }))
}
