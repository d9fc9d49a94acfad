/** Shapes of the inputs about stacks. */
import { componentTypes } from '@sotto/sdk/model'
import type { StackComponents } from '@sotto/sdk/model'
import { componentType } from './component.ts'
import { jsonObject, listOf, number, object, optional, text, texts } from './shape.ts'
import type { Members, Shape, Shapes } from './shape.ts'

const members = Object.fromEntries(
  componentTypes.map((type) => [type, optional(text)]),
) as unknown as Members<StackComponents> // one for each type
const components: Shape<StackComponents> = object<StackComponents>(members)

export const stackShapes: Pick<
  Shapes,
  | 'registerStack'
  | 'updateStack'
  | 'copyStack'
  | 'renameStack'
  | 'deleteStack'
  | 'describeStack'
  | 'listStacks'
  | 'activateStack'
  | 'updateStackSettings'
  | 'describeStackTrust'
  | 'trustStack'
  | 'adoptStack'
> = {
  registerStack: object({
    name: text,
    from: optional(text),
    components,
    description: optional(text),
    labels: optional(texts),
  }),
  updateStack: object({
    stack: text,
    components: optional(components),
    remove: optional(listOf(componentType)),
    description: optional(text),
    labels: optional(texts),
  }),
  copyStack: object({ stack: text, newName: text }),
  renameStack: object({ stack: text, newName: text }),
  deleteStack: object({ stack: text }),
  describeStack: object({ stack: optional(text) }),
  listStacks: object({ cursor: optional(text), limit: optional(number) }),
  activateStack: object({ stack: text }),
  describeStackTrust: object({ stack: optional(text) }),
  trustStack: object({ stack: text, digest: optional(text) }),
  adoptStack: object({ stack: text, digest: optional(text) }),
  updateStackSettings: object({ stack: text, settings: optional(jsonObject), remove: optional(listOf(text)) }),
}
