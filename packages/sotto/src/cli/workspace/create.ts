/** `sotto workspace create NAME` */
import { shown } from '@sotto/sdk/model'
import type { Call } from '../command.ts'

export async function createWorkspace(call: Call): Promise<undefined> {
  const api = await call.api()
  const workspace = await api.createWorkspace({ name: call.input.argument('NAME') })
  await call.print.changed(workspace, [
    `made workspace ${shown(workspace.name)}, with a stack ${shown('default')}`,
    `use it: --workspace ${workspace.name}, or SOTTO_WORKSPACE=${workspace.name}`,
  ])
}
