/** Types of components as callers give them: the model's type holds only for those who are compiled with it. */
import { SottoError, componentTypes, isComponentType, nearest, shown } from '@sotto/sdk/model'
import type { ComponentType } from '@sotto/sdk/model'

/** Refuses a text that is no type of component with `input_invalid`. */
export function requireComponentType(text: string): ComponentType {
  if (isComponentType(text)) return text
  throw new SottoError('input_invalid', `${shown(text)} is no type of component`, {
    hint: `use ${nearest(text, componentTypes) ?? componentTypes.join(', ')}`,
  })
}
