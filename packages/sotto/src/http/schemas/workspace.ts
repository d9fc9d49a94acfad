/** Shapes of the inputs about workspaces. */
import { object, text } from './shape.ts'
import type { Shapes } from './shape.ts'

export const workspaceShapes: Pick<Shapes, 'createWorkspace' | 'listWorkspaces'> = {
  createWorkspace: object({ name: text }),
  listWorkspaces: object<Record<never, never>>({}),
}
