/** Facts about the store and the caller. */
import { SottoError } from '@sotto/sdk/model'
import { idText } from '../store/id.ts'
import { schemaVersion } from '../store/migrations.ts'
import { workspaceTable } from '../store/workspaces.ts'
import type { Handlers } from './door.ts'

export const storeHandlers: Handlers<'describeStore'> = {
  describeStore: async (call) => {
    call.ask('store')
    call.require({ kind: 'store', name: 'store' })
    const workspace = await call.rows.find(workspaceTable, 'id = $1', [call.workspaceId])
    if (workspace === undefined) throw new SottoError('workspace_not_found', 'the workspace is no longer there')
    const { store, keyring } = call.parts
    return {
      storeId: idText(keyring.current.storeId),
      workspace: workspace.name,
      principal: call.principal.name,
      schemaVersion,
      place: store.place,
      rootKey: keyring.rootKeyOrigin,
      auditFingerprint: keyring.current.auditFingerprint,
    }
  },
}
