/** Shapes of the inputs about components and flavors. */
import { componentTypes } from '@sotto/sdk/model'
import type { ComponentSelector, ComponentType, FlavorAttribute } from '@sotto/sdk/model'
import { flag, json, jsonObject, listOf, number, object, oneOf, optional, text, texts, word } from './shape.ts'
import type { Members, Shape, Shapes } from './shape.ts'

export const componentType: Shape<ComponentType> = oneOf(componentTypes)

const selector: Members<ComponentSelector> = { type: componentType, component: text }
const described = { description: optional(text), labels: optional(texts), allowPlaintext: optional(flag) } as const

const attribute: Shape<FlavorAttribute> = object<FlavorAttribute>({
  name: text,
  type: word<FlavorAttribute['type']>(),
  required: word<FlavorAttribute['required']>(),
  default: optional(json),
  secret: flag,
  description: text,
})

export const componentShapes: Pick<
  Shapes,
  | 'registerFlavor'
  | 'describeFlavor'
  | 'listFlavors'
  | 'registerComponent'
  | 'updateComponent'
  | 'copyComponent'
  | 'renameComponent'
  | 'deleteComponent'
  | 'describeComponent'
  | 'listComponents'
> = {
  registerFlavor: object({ type: componentType, name: text, description: text, attributes: listOf(attribute) }),
  describeFlavor: object({ type: componentType, flavor: text }),
  listFlavors: object({ type: optional(componentType) }),
  registerComponent: object({ type: componentType, name: text, flavor: text, attributes: jsonObject, ...described }),
  updateComponent: object({
    ...selector,
    attributes: optional(jsonObject),
    remove: optional(listOf(text)),
    ...described,
  }),
  copyComponent: object({ ...selector, newName: text }),
  renameComponent: object({ ...selector, newName: text }),
  deleteComponent: object(selector),
  describeComponent: object(selector),
  listComponents: object({
    type: optional(componentType),
    flavor: optional(text),
    cursor: optional(text),
    limit: optional(number),
  }),
}
