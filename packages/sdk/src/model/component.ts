/** Components of stacks and the flavors that say which attributes they have. */
import type { Json, JsonObject } from './json.ts'
import type { Id } from './names.ts'

/** Every type of component, in the order of the documents. */
export const componentTypes = [
  'alerter',
  'annotator',
  'artifact-store',
  'container-registry',
  'data-validator',
  'deployer',
  'experiment-tracker',
  'feature-store',
  'image-builder',
  'log-store',
  'model-deployer',
  'model-registry',
  'orchestrator',
  'step-operator',
] as const

/** One of the types of component. */
export type ComponentType = (typeof componentTypes)[number]

/** Is the text one of the types of component? */
export function isComponentType(text: string): text is ComponentType {
  return (componentTypes as readonly string[]).includes(text)
}

/** What an attribute holds. A string of any kind may hold references instead. */
export type AttributeType = 'string' | 'number' | 'boolean' | 'list' | 'object'
export const attributeTypes: readonly AttributeType[] = ['string', 'number', 'boolean', 'list', 'object']

/** An attribute that components of a flavor may have. */
export interface FlavorAttribute {
  readonly name: string
  readonly type: AttributeType
  /** `register`: a component cannot be made without it. `run`: the check of a run misses it. */
  readonly required: 'no' | 'register' | 'run'
  readonly default?: Json
  /** Warns when given in clear; masked by describe. */
  readonly secret: boolean
  readonly description: string
}

/** What a kind of component is made of: built in, or registered by a user. */
export interface Flavor {
  readonly type: ComponentType
  readonly name: string
  readonly builtIn: boolean
  readonly description: string
  readonly attributes: readonly FlavorAttribute[]
}

/** A component as it is shown: references as written, clear text in secret attributes as `***`. */
export interface Component {
  readonly id: Id
  readonly type: ComponentType
  readonly name: string
  readonly flavor: string
  readonly attributes: JsonObject
  readonly description: string
  readonly labels: { readonly [label: string]: string }
  /** Who wrote it last: decides which secrets its references may reach. */
  readonly author: string
  readonly createdAt: string
  readonly updatedAt: string
}

/** Names one component. */
export interface ComponentSelector {
  readonly type: ComponentType
  /** Name or id. */
  readonly component: string
}

/** A component to register. */
export interface ComponentInput {
  readonly type: ComponentType
  readonly name: string
  readonly flavor: string
  readonly attributes: JsonObject
  readonly description?: string | undefined
  readonly labels?: { readonly [label: string]: string } | undefined
  /** Do not warn about secret attributes in clear. */
  readonly allowPlaintext?: boolean | undefined
}

/** A change of a component: attributes are merged, those of `remove` go. */
export interface ComponentUpdate extends ComponentSelector {
  readonly attributes?: JsonObject | undefined
  readonly remove?: readonly string[] | undefined
  readonly description?: string | undefined
  readonly labels?: { readonly [label: string]: string } | undefined
  readonly allowPlaintext?: boolean | undefined
}

/** A component after a write, with what its author should know. */
export interface ComponentWrite {
  readonly component: Component
  readonly warnings: readonly string[]
}
