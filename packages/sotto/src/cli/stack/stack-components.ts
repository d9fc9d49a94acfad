/** Components as `--TYPE=COMPONENT` names them. */
import { componentTypes, isComponentType, nearest, shown, SottoError } from '@sotto/sdk/model'
import type { ComponentType, StackComponents } from '@sotto/sdk/model'
import type { Attribute } from '../parse/parsed-input.ts'

interface GivenComponents {
  readonly components: StackComponents
  /** Types given with nothing behind the `=`. */
  readonly removed: readonly ComponentType[]
}

/** Code: `input_invalid` for what is no type of component, all of them at once. */
export function stackComponents(given: readonly Attribute[]): GivenComponents {
  const unknown = given.filter(({ name }) => !isComponentType(name)).map(({ name }) => name)
  if (unknown.length > 0) {
    const near = nearest(unknown[0] ?? '', componentTypes)
    throw new SottoError(
      'input_invalid',
      `${unknown.map((name) => shown(`--${name}`)).join(', ')}: no type of component`,
      {
        hint: near === undefined ? `types: ${componentTypes.join(', ')}` : `did you mean --${near}?`,
      },
    )
  }
  const components: { [type in ComponentType]?: string } = {}
  const removed: ComponentType[] = []
  for (const { name, text } of given) {
    if (!isComponentType(name)) continue
    if (text === '') removed.push(name)
    else components[name] = text
  }
  return { components, removed }
}
