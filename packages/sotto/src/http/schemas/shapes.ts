/** The shape of each operation's input. A missing one is a compile error. */
import { auditShapes } from './audit.ts'
import { componentShapes } from './component.ts'
import { keyShapes } from './keys.ts'
import { principalShapes } from './principal.ts'
import { referenceShapes } from './reference.ts'
import { runShapes } from './run.ts'
import { secretShapes } from './secret.ts'
import type { Shapes } from './shape.ts'
import { workspaceShapes } from './workspace.ts'
import { stackShapes } from './stack.ts'
import { trustShapes } from './trust.ts'

export const shapes: Shapes = {
  ...secretShapes,
  ...componentShapes,
  ...stackShapes,
  ...referenceShapes,
  ...runShapes,
  ...principalShapes,
  ...trustShapes,
  ...auditShapes,
  ...keyShapes,
  ...workspaceShapes,
}
