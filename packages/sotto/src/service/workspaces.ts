/** Workspaces. They belong to the store: it takes a right everywhere to make one. */
import { SottoError, requireName, shown } from '@sotto/sdk/model'
import type { Workspace } from '@sotto/sdk/model'
import { workspaceTable } from '../store/workspaces.ts'
import type { WorkspaceRow } from '../store/workspaces.ts'
import type { Handlers } from './door.ts'
import { makeDefaultStack } from './first-use.ts'
import { timeText } from './time.ts'

export const workspaceHandlers: Handlers<'createWorkspace' | 'listWorkspaces'> = {
  createWorkspace: async (call, { name }) => {
    requireName('workspace', name)
    call.ask(`workspace ${name}`)
    call.require({ kind: 'store', name: 'workspaces' })
    if ((await call.rows.find(workspaceTable, 'name = $1', [name])) !== undefined)
      throw new SottoError('workspace_exists', `workspace ${shown(name)} is already there`)
    const row: WorkspaceRow = { id: call.newId(), name, created_at: call.nowMs }
    await call.rows.insert(workspaceTable, row)
    await makeDefaultStack(call.rows, {
      workspaceId: row.id,
      principalId: call.principal.id,
      nowMs: call.nowMs,
      newId: () => call.newId(),
    })
    call.event({ object: `workspace ${name}`, objectId: row.id })
    return describeWorkspace(row)
  },

  /** Others are not told of, like a workspace that is not there. */
  listWorkspaces: async (call) => {
    call.may({ kind: 'principal', name: call.principal.name }, 'describe')
    const only = call.token?.workspace_id ?? undefined
    const workspaces: Workspace[] = []
    for (const row of await call.rows.list(workspaceTable, 'ORDER BY name', [])) {
      if (only !== undefined && only !== row.id) continue
      const access = await call.parts.access.load(call.rows, row.id, [call.principal])
      if (access.get(call.principal.id)?.enters === true) workspaces.push(describeWorkspace(row))
    }
    return { workspaces }
  },
}

function describeWorkspace({ id, name, created_at: createdAt }: WorkspaceRow): Workspace {
  return { id, name, createdAt: timeText(createdAt) }
}
