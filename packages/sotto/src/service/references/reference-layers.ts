/**
 * What a run uses of a stack: its components with everything that overrides their attributes, innermost last.
 *
 *     attributes of the component -> settings of the stack -> settings of the pipeline -> settings of the step
 *
 * An attribute that is overridden counts no more: neither its references nor its author.
 */
import type { ComponentType, Flavor, Json, JsonObject, PlacedSettings, Right } from '@sotto/sdk/model'
import type { ComponentRow } from '../../store/components.ts'
import type { StackRow } from '../../store/stacks.ts'
import { attributeInvalid } from '../stacks/attributes.ts'
import type { Call } from '../call.ts'
import { componentAccess, componentNotFound, componentTitle, storedAttributes } from '../stacks/component-lookup.ts'
import { parseOverride, settingProblem } from '../stacks/setting.ts'
import { componentText, Sources, stackText } from './text-source.ts'
import type { Source } from './text-source.ts'
import { getStack, loadFlavors, loadMembers, storedSettings } from '../stacks/stack-lookup.ts'

/** A value where it was written. */
export interface Written {
  readonly place: string
  /** The name of the attribute or setting: the beginning of the paths inside its value. */
  readonly path: string
  readonly value: Json
  /** Absent for settings in code, whose author is the principal of the run. */
  readonly source?: Source
}

/** A component as a run sees it. */
export interface LayeredComponent {
  readonly type: ComponentType
  readonly row: ComponentRow
  readonly source: Source
  readonly flavor: Flavor
  readonly attributes: ReadonlyMap<string, Written>
}

export type LayeredComponents = ReadonlyMap<ComponentType, LayeredComponent>

export interface UsedStack {
  readonly row: StackRow
  readonly components: LayeredComponents
}

/** The settings that were given at one place: those that override a component of the stack, and all others. */
export interface PlaceLayer {
  readonly place: string
  readonly overrides: readonly { readonly type: ComponentType; readonly attribute: string; readonly written: Written }[]
  readonly others: readonly Written[]
}

/** Settings under this place are variables of a command: any name is one, and none overrides anything. */
const variablesPlace = 'exec'

/**
 * The stack with its own settings applied, or `undefined` for none (`null`). The caller needs the right (the operation's without one) on the
 * stack, and must be able to describe its components. Throws `stack_not_found`, `component_not_found`, `forbidden`.
 */
export async function loadUsedStack(
  call: Call,
  text: string | null | undefined,
  right?: Right,
): Promise<UsedStack | undefined> {
  if (text === null) {
    call.ask('references')
    // Nothing is asked of a stack then; the rights that count are those on each secret.
    call.may({ kind: 'stack', name: '' }, 'describe')
    return undefined
  }
  const row = await getStack(call, text, right)
  const members = await loadMembers(call, row)
  const flavors = await loadFlavors(call, members)
  const settings = Object.entries(storedSettings(row))
  const ofStack = new Sources(stackText(row))
  const components = new Map<ComponentType, LayeredComponent>()
  for (const [type, component] of members) {
    if (!call.may(componentAccess(component), 'describe')) throw await componentNotFound(call, type, component.name)
    const flavor = flavors.get(type)
    if (flavor === undefined) continue // loadFlavors gives one for each
    const source = { author: component.author, object: componentText(component) }
    const attributes = new Map(Object.entries(storedAttributes(component)).map(writtenIn(component, source)))
    for (const [name, { value, author }] of settings) {
      const override = parseOverride(name)
      if (override?.type === type)
        attributes.set(override.attribute, {
          place: `stack ${row.name}`,
          path: name,
          value,
          source: ofStack.of(author),
        })
    }
    components.set(type, { type, row: component, source, flavor, attributes })
  }
  return { row, components }
}

function writtenIn(row: ComponentRow, source: Source): (entry: [string, Json]) => [string, Written] {
  const place = componentTitle(row)
  return ([path, value]) => [path, { place, path, value, source }]
}

/** Sorts the given settings, place by place. One that fits nothing is refused with `attribute_invalid`, all at once. */
export function layerSettings(stack: UsedStack | undefined, given: readonly PlacedSettings[]): readonly PlaceLayer[] {
  const flavors = new Map([...(stack?.components ?? [])].map(([type, { flavor }]) => [type, flavor]))
  const problems: string[] = []
  const layers = given.map(({ place, settings }): PlaceLayer => {
    const overrides: PlaceLayer['overrides'][number][] = []
    const others: Written[] = []
    for (const [path, value] of sortedEntries(settings)) {
      const written = { place, path, value }
      const override = place === variablesPlace ? undefined : parseOverride(path)
      const problem = place === variablesPlace ? undefined : settingProblem(path, value, flavors)
      if (problem !== undefined) problems.push(`${place}: ${problem}`)
      if (override !== undefined && flavors.has(override.type)) overrides.push({ ...override, written })
      else others.push(written)
    }
    return { place, overrides, others }
  })
  if (problems.length > 0) throw attributeInvalid(problems, 'sotto stack describe; sotto flavor describe TYPE FLAVOR')
  return layers
}

/** The components with the layers applied in their order. Components that none of them touches are the same objects. */
export function applyLayers(components: LayeredComponents, layers: readonly PlaceLayer[]): LayeredComponents {
  const applied = new Map(components)
  const changed = new Map<ComponentType, Map<string, Written>>()
  for (const { type, attribute, written } of layers.flatMap(({ overrides }) => overrides)) {
    const component = components.get(type)
    if (component === undefined) continue
    const attributes = changed.get(type) ?? new Map(component.attributes)
    attributes.set(attribute, written)
    changed.set(type, attributes)
    applied.set(type, { ...component, attributes })
  }
  return applied
}

/**
 * Everybody whose text is in the component, and who so decides where its secrets go: whoever chose the server needs the
 * right to read the password as much as whoever wrote the reference to it.
 */
export function sourcesOf({ source: own, attributes }: LayeredComponent): ReadonlySet<Source> {
  const sources = new Set([own])
  for (const { source } of attributes.values()) if (source !== undefined) sources.add(source)
  return sources
}

/** Names of attributes that a run cannot do without and that are not set. An empty text sets nothing. */
export function missingAttributes({ flavor, attributes }: LayeredComponent): readonly string[] {
  return flavor.attributes
    .filter(({ name, required, default: preset }) => {
      const value = attributes.get(name)?.value
      return required !== 'no' && preset === undefined && (value === undefined || value === '')
    })
    .map(({ name }) => name)
}

/** By name, so that answers come in one order whatever the order of the input. */
function sortedEntries(settings: JsonObject): readonly [string, Json][] {
  return Object.entries(settings).toSorted(([a], [b]) => (a < b ? -1 : 1))
}
