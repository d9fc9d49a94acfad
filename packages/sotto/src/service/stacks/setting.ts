/** Settings: `TYPE.ATTRIBUTE` overrides a component's attribute, a named switch has words of its own. */
import { componentTypes, isComponentType, namedSettings, shown } from '@sotto/sdk/model'
import type { ComponentType, Flavor, Json } from '@sotto/sdk/model'
import { attributeNameProblem, attributeProblem, attributesByName } from './attributes.ts'
import { masked } from '../clear-text.ts'
import { suggestion } from '../suggestion.ts'

/** What a setting overrides. */
export interface Override {
  readonly type: ComponentType
  readonly attribute: string
}

/** Reads `TYPE.ATTRIBUTE`; `undefined` for any other name. Types have no dots, attributes may. */
export function parseOverride(name: string): Override | undefined {
  const dot = name.indexOf('.')
  const type = name.slice(0, Math.max(dot, 0))
  return isComponentType(type) ? { type, attribute: name.slice(dot + 1) } : undefined
}

/**
 * What is wrong with a setting, as a sentence; malformed references aside. `flavors` are those of the stack's components:
 * a setting for a type that the stack lacks may have any attribute.
 */
export function settingProblem(
  name: string,
  value: Json,
  flavors: ReadonlyMap<ComponentType, Flavor>,
): string | undefined {
  const override = parseOverride(name)
  if (override === undefined) return switchProblem(name, value)
  const flavor = flavors.get(override.type)
  const problem =
    flavor === undefined
      ? (attributeNameProblem(override.attribute) ?? (value === null ? 'it is null' : undefined))
      : attributeProblem(flavor, attributesByName(flavor), override.attribute, value)
  return problem === undefined ? undefined : `setting ${shown(name)}: ${problem}`
}

/** The setting's value as it may be shown. Whether an attribute of a component that is not there is secret, nobody knows. */
export function maskedSetting(name: string, value: Json, flavors: ReadonlyMap<ComponentType, Flavor>): Json {
  const override = parseOverride(name)
  if (override === undefined) return value
  return masked(
    flavors.get(override.type)?.attributes.find((attribute) => attribute.name === override.attribute),
    value,
  )
}

function switchProblem(name: string, value: Json): string | undefined {
  const words: readonly string[] | undefined = Object.entries(namedSettings).find(([known]) => known === name)?.[1]
  if (words === undefined) {
    const dot = name.indexOf('.')
    const near =
      dot === -1 ? suggestion(name, Object.keys(namedSettings)) : suggestion(name.slice(0, dot), componentTypes)
    return `${shown(name)} is no setting: neither TYPE.ATTRIBUTE nor one of ${Object.keys(namedSettings).join(', ')}${near}`
  }
  if (typeof value === 'string' && words.includes(value)) return undefined
  return `setting ${shown(name)} is one of ${words.join(', ')}`
}
