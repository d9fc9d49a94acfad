/** The type of component that an argument names. */
import { componentTypes, isComponentType, nearest, shown, SottoError } from '@sotto/sdk/model'
import type { ComponentType } from '@sotto/sdk/model'

/** Code: `input_invalid` with the nearest type. */
export function requireComponentType(text: string): ComponentType {
  if (isComponentType(text)) return text
  const near = nearest(text, componentTypes)
  throw new SottoError('input_invalid', `${shown(text)} is no type of component`, {
    hint: near === undefined ? `use one of ${componentTypes.join(', ')}` : `did you mean ${near}?`,
  })
}
