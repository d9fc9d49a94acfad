/** Attributes of components against what their flavor declares. Every problem of an input is named at once. */
import { SottoError, isKeyName, shown } from '@sotto/sdk/model'
import type { Flavor, FlavorAttribute, Json, JsonObject } from '@sotto/sdk/model'
import { collectReferences, describeProblem, findReferences, hasReference } from '@sotto/sdk/references'
import type { PlacedReference } from '@sotto/sdk/references'
import { fitsType, typeWords } from './attribute-value.ts'
import { holdsMask } from '../clear-text.ts'
import { suggestion } from '../suggestion.ts'

/** A flavor's attributes by name: a map, in which `__proto__` is a name like any other. */
export function attributesByName(flavor: Flavor): ReadonlyMap<string, FlavorAttribute> {
  return new Map(flavor.attributes.map((attribute) => [attribute.name, attribute]))
}

/**
 * The references in a component's attributes, all of which must fit the flavor, with none missing that `register`
 * requires. Throws `attribute_invalid`, or `reference_malformed` where references are all that is wrong.
 */
export function requireAttributes(flavor: Flavor, attributes: JsonObject): readonly PlacedReference[] {
  const declared = attributesByName(flavor)
  const problems = Object.entries(attributes).flatMap(
    ([name, value]) => attributeProblem(flavor, declared, name, value) ?? [],
  )
  const missing = flavor.attributes.filter(
    ({ name, required, default: preset }) =>
      required === 'register' && preset === undefined && !Object.hasOwn(attributes, name),
  )
  for (const { name } of missing) problems.push(`${name} is missing, and flavor ${flavor.name} requires it`)
  return requireSound(attributes, problems, `sotto flavor describe ${flavor.type} ${flavor.name}`)
}

/** What is wrong with the value of one attribute, as a sentence; malformed references aside. */
export function attributeProblem(
  flavor: Flavor,
  declared: ReadonlyMap<string, FlavorAttribute>,
  name: string,
  value: Json,
): string | undefined {
  const attribute = declared.get(name)
  if (attribute === undefined) {
    return `flavor ${flavor.name} has no attribute ${shown(name)}${suggestion(name, declared.keys())}`
  }
  if (value === null) return `${name} is null; remove an attribute by its name`
  if (holdsMask(attribute, value)) return `${name} holds ***, which only stands for a value when it is shown`
  if (fitsType(attribute.type, value) || (typeof value === 'string' && hasReference(value))) return undefined
  return `${name} must be ${typeWords[attribute.type]}, or a text with a reference`
}

/** What is wrong with an attribute's name, where no flavor says which there are. */
export function attributeNameProblem(name: string): string | undefined {
  return isKeyName(name) ? undefined : `${shown(name)} is no name of an attribute`
}

/** The references of the values, if there are no problems. Throws as `requireAttributes`. */
export function requireSound(
  values: JsonObject,
  problems: readonly string[],
  hint: string,
): readonly PlacedReference[] {
  if (problems.length === 0) return collectReferences(values, '')
  const all = [...problems, ...findReferences(values, '').problems.map(describeProblem)]
  throw attributeInvalid(all, hint)
}

/** One error for all problems, which may hold names but no values. */
export function attributeInvalid(problems: readonly string[], hint: string): SottoError {
  const [only = ''] = problems
  const message = problems.length === 1 ? only : `${String(problems.length)} problems:\n  ${problems.join('\n  ')}`
  return new SottoError('attribute_invalid', message, { hint, details: { problems } })
}
