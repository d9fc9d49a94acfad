/** The type of component that the command is about: its first word. */
import { componentTypes } from '@sotto/sdk/model'
import type { ComponentType } from '@sotto/sdk/model'
import type { Call } from '../command.ts'

export function typeOf({ spec }: Call): ComponentType {
  const type = componentTypes.find((known) => known === spec.path[0])
  if (type === undefined) throw new TypeError(`${spec.path.join(' ')} is no command of a component`)
  return type
}
