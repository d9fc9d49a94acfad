/** The check before a run and the resolution of references: one decision for both. */
import type { ComponentType } from './component.ts'
import { SottoError } from './error.ts'
import type { JsonObject } from './json.ts'
import { nearest, shown } from './names.ts'
import type { Id } from './names.ts'
import type { ResolvedSecret, RevealedValue, Scope } from './secret.ts'
import type { PlacedSettings } from './stack.ts'

export const validationLevels = ['SECRET_AND_KEY_EXISTS', 'SECRET_EXISTS', 'NONE'] as const
/** How far references are validated before a run. */
export type ValidationLevel = (typeof validationLevels)[number]

/** Reads a level; another word is refused with `level_unknown`. `source` says where it was written. */
export function parseValidationLevel(text: string, source: string): ValidationLevel {
  const level = validationLevels.find((known) => known === text)
  if (level !== undefined) return level
  const near = nearest(text.toUpperCase(), validationLevels)
  throw new SottoError('level_unknown', `validation level ${shown(text)} from ${source} is not known`, {
    hint: `use ${near ?? validationLevels.join(', ')}`,
  })
}

/** A secret that a step or command declares. Without keys, all of them. */
export interface DeclaredSecret {
  /** Where it was declared: `step load`. */
  readonly place: string
  readonly name: string
  readonly keys?: readonly string[] | undefined
  readonly version?: number | undefined
}

/** All that a run, or a command under `exec`, asks of the store. */
export interface CheckInput {
  /** A stack by name or id whose components and settings count too; `null` for none; the active one by default. */
  readonly stack?: string | null | undefined
  readonly settings?: readonly PlacedSettings[] | undefined
  readonly secrets?: readonly DeclaredSecret[] | undefined
  readonly level?: ValidationLevel | undefined
  /** A service account that the caller manages, by name or id, who would run it; the caller without it. */
  readonly as?: string | undefined
}

/** What became of one reference; anything but `ok` and `not checked` stands in the way of a run. */
export type Outcome =
  | 'ok'
  | 'secret missing'
  | 'key missing'
  | 'version missing'
  | 'not readable'
  | 'not trusted'
  | 'expired'
  | 'malformed'
  | 'attribute missing'
  | 'not checked'

/** The answer for one reference, declared secret or needed attribute. */
export interface CheckItem {
  /** `experiment-tracker mlflow`, `stack prod`, `pipeline churn`, `step load`, `exec`. */
  readonly place: string
  /** Attribute or setting with the way inside it: `tracking_password`, `hosts[0].url`. */
  readonly path: string
  /** As written: `{{mlflow_secret.password}}`; empty for a missing attribute. */
  readonly reference: string
  readonly secret?: string
  readonly key?: string
  readonly outcome: Outcome
  /** The scope in which the secret was found. */
  readonly scope?: Scope
  /** Something to know beside `ok`: a user secret that shadows a workspace secret, an expiry within 7 days. */
  readonly note?: string
  /** When its secret expires, where that is within 7 days or past. RFC 3339. */
  readonly expiresAt?: string
  /** The command that mends it. Absent where it is ok. */
  readonly next?: string
}

/** The answers for all references of a run. */
export interface CheckReport {
  readonly level: ValidationLevel
  readonly stack: string | null
  /** Name of the principal who would run it. */
  readonly principal: string
  /** True when nothing stands in the way of the run. */
  readonly ok: boolean
  readonly items: readonly CheckItem[]
}

/** What an attempt, or a command under `exec`, gets in one batch. */
export interface ResolveReferencesInput {
  /** The attempt on whose behalf it is read: recorded with it. */
  readonly attempt?: Id | undefined
  readonly stack?: string | null | undefined
  /** Types of components whose attributes are wanted, settings applied and references substituted. */
  readonly components?: readonly ComponentType[] | undefined
  /** Outermost first. `TYPE.ATTRIBUTE` overrides a component's attribute. */
  readonly settings?: readonly PlacedSettings[] | undefined
  readonly secrets?: readonly DeclaredSecret[] | undefined
}

/** A component with its settings applied and its references substituted. */
export interface ResolvedComponent {
  readonly type: ComponentType
  readonly name: string
  readonly flavor: string
  readonly attributes: JsonObject
}

export interface ResolvedReferences {
  readonly components: readonly ResolvedComponent[]
  /** The given settings that override no component, substituted, in their order. */
  readonly settings: readonly PlacedSettings[]
  /** One for each declared secret, in their order. */
  readonly secrets: readonly Extract<ResolvedSecret, { unchanged: false }>[]
  /** Every value that was read for it: to be registered with a redactor before anything is handed on. */
  readonly revealed: readonly RevealedValue[]
}
