/** `sotto backup restore FILE`: puts a store back, after everything about the backup was checked. */
import { SottoError } from '@sotto/sdk/model'
import { restoreBackupFile } from '../../connect/backup.ts'
import { findPlaces, shownStore } from '../../connect/places.ts'
import type { Call } from '../command.ts'
import { parseCheckpoint } from '../parse/checkpoint.ts'
import { resolvePath } from '../values/read-file.ts'

export async function restoreBackup(call: Call): Promise<undefined> {
  const { ask, context, input, print } = call
  const file = resolvePath(context, input.argument('FILE'))
  const given = input.text('checkpoint')
  const checkpoint = given === undefined ? undefined : parseCheckpoint(given)
  const acceptBrokenAudit = input.flag('accept-broken-audit')
  const question = `Replace everything in ${shownStore(findPlaces(context.env))} by the backup ${input.argument('FILE')}?`
  if (!(await ask.confirm(question))) throw new SottoError('interrupted', 'nothing was changed')
  ask.done()
  const restored = await restoreBackupFile(context.env, file, { checkpoint, acceptBrokenAudit })
  const { accepted, createdAtMs, epoch, formerKeyFile, logs, setAside, storeId, values } = restored
  for (const problem of accepted) print.warn(`accepted, and recorded in the new epoch: ${problem}`)
  const at = new Date(createdAtMs).toISOString()
  await print.changed(restored, [
    `restored store ${storeId} as it was at ${at}: ${String(values)} values, all of which open`,
    ...(setAside === undefined ? [] : [`the state before is in ${setAside}; delete it when you are sure`]),
    ...(formerKeyFile === undefined
      ? []
      : [`its root key is in its place again; the one until now is in ${formerKeyFile}, for what was set aside`]),
    ...(logs === 0 ? [] : [`put back ${String(logs)} logs of runs`]),
    `epoch ${String(epoch)} of the audit log has begun: note its new checkpoint: sotto audit verify`,
  ])
}
