/** Stacks: named sets of components with the settings that hold for them. */
import type { ComponentType } from './component.ts'
import type { JsonObject } from './json.ts'
import type { Id } from './names.ts'

/** Names of components by type. */
export type StackComponents = { readonly [type in ComponentType]?: string }

/** A stack as it is shown. */
export interface Stack {
  readonly id: Id
  readonly name: string
  readonly active: boolean
  readonly components: StackComponents
  /** `TYPE.ATTRIBUTE` or a named switch -> value; references as written. */
  readonly settings: JsonObject
  readonly description: string
  readonly labels: { readonly [label: string]: string }
  readonly author: string
  readonly createdAt: string
  readonly updatedAt: string
}

/** A stack by name or id; without one, the active stack. */
export interface StackSelector {
  readonly stack?: string | undefined
}

/** A stack to register. */
export interface StackInput {
  readonly name: string
  /** Takes components and settings from this stack first. */
  readonly from?: string | undefined
  readonly components: StackComponents
  readonly description?: string | undefined
  readonly labels?: { readonly [label: string]: string } | undefined
}

/** A change of a stack: components are put in by type, those of `remove` go. */
export interface StackUpdate {
  readonly stack: string
  readonly components?: StackComponents | undefined
  readonly remove?: readonly ComponentType[] | undefined
  readonly description?: string | undefined
  readonly labels?: { readonly [label: string]: string } | undefined
}

/** Writes settings of a stack. */
export interface StackSettingsUpdate {
  readonly stack: string
  readonly settings?: JsonObject | undefined
  readonly remove?: readonly string[] | undefined
}

/** Switches that are settings of their own, with the words they take. */
export const namedSettings = {
  'declared-secrets': ['recorded', 'required'],
} as const

/** Settings and the place they were written in, outermost first: `pipeline churn`, `step train`, `exec`. */
export interface PlacedSettings {
  readonly place: string
  readonly settings: JsonObject
}

/** Somebody's text in a stack: a component, or the settings of the stack itself. */
export interface StackText {
  /** `experiment-tracker mlflow`, or `stack prod` for its settings. */
  readonly object: string
  /** Names of those who wrote it last. */
  readonly authors: readonly string[]
  /** Are they all the caller? */
  readonly own: boolean
  /** Has the caller accepted it as it is, for secrets of the own scope? */
  readonly accepted: boolean
}

/** Who wrote what of a stack, and which of it the caller accepts. */
export interface StackTrust {
  readonly stack: string
  /** Stands for all texts as they are: whoever has looked at them accepts these and no later ones. */
  readonly digest: string
  readonly texts: readonly StackText[]
}

/** A stack whose texts are accepted or adopted. */
export interface StackTrustInput {
  readonly stack: string
  /** Refuse with `version_conflict` unless this is the digest of the present texts. */
  readonly digest?: string | undefined
}
