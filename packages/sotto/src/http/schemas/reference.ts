/** Shapes of the inputs about references. */
import type { CheckInput, DeclaredSecret, PlacedSettings, ValidationLevel } from '@sotto/sdk/model'
import { componentType } from './component.ts'
import { jsonObject, listOf, number, object, optional, orNull, text, word } from './shape.ts'
import type { Members, Shape, Shapes } from './shape.ts'

export const level: Shape<ValidationLevel> = word<ValidationLevel>()

const declaredSecret: Shape<DeclaredSecret> = object<DeclaredSecret>({
  place: text,
  name: text,
  keys: optional(listOf(text)),
  version: optional(number),
})
const placedSettings: Shape<PlacedSettings> = object<PlacedSettings>({ place: text, settings: jsonObject })

/** What a run, or an attempt of it, needs. */
export const needs: Members<Pick<CheckInput, 'settings' | 'secrets'>> = {
  settings: optional(listOf(placedSettings)),
  secrets: optional(listOf(declaredSecret)),
}

export const referenceShapes: Pick<Shapes, 'checkReferences' | 'resolveReferences'> = {
  checkReferences: object({ stack: optional(orNull(text)), level: optional(level), as: optional(text), ...needs }),
  resolveReferences: object({
    attempt: optional(text),
    stack: optional(orNull(text)),
    components: optional(listOf(componentType)),
    ...needs,
  }),
}
