/** Secrets: a named group of key-value pairs in a scope, with numbered, immutable versions. */
import type { Id } from './names.ts'
import type { PageQuery, TimeRange } from './page.ts'
import type { SecretValue, SecretValues } from './value.ts'

/** The namespace a secret lives in: its owner's own, or the workspace's shared one. */
export type Scope = 'user' | 'workspace'
export const scopes: readonly Scope[] = ['user', 'workspace']

/**
 * Names one secret: by id when the text is shaped like one, else by exact name, looked up innermost first
 * (the caller's own `user` scope, then `workspace`) unless `scope` narrows it.
 */
export interface SecretSelector {
  readonly secret: string
  readonly scope?: Scope | undefined
}

/** A key of a version, without its value. */
export interface SecretKey {
  readonly name: string
  /** Text or bytes. */
  readonly encoding: 'utf8' | 'base64'
  /** Plain keys are encrypted and under access control like all others, but neither masked nor scanned for. */
  readonly plain: boolean
}

/** All that may be told of a secret without the right to read it. Times are RFC 3339 with milliseconds. */
export interface SecretDescription {
  readonly id: Id
  readonly name: string
  readonly scope: Scope
  /** Name of the principal that owns it. */
  readonly owner: string
  readonly version: number
  readonly keys: readonly SecretKey[]
  readonly description: string
  readonly labels: { readonly [label: string]: string }
  readonly createdAt: string
  readonly updatedAt: string
  /** From then on no value of it is revealed. Absent for never. */
  readonly expiresAt?: string
  /** Since when it is deleted. Absent for one that lives. */
  readonly deletedAt?: string
}

/** Which version of which secret; the newest without a number. */
export interface VersionSelector extends SecretSelector {
  readonly version?: number | undefined
}

/** A side of a comparison, as it was found. */
export interface ComparedVersion {
  readonly id: Id
  readonly name: string
  readonly scope: Scope
  readonly version: number
}

/** What differs between two versions, by names of keys: what the right one has and the left one has not is `added`. */
export interface SecretDiff {
  readonly left: ComparedVersion
  readonly right: ComparedVersion
  readonly added: readonly string[]
  /** Another value, or the same as text and as bytes, or with another plain mark. */
  readonly changed: readonly string[]
  readonly removed: readonly string[]
  readonly unchanged: readonly string[]
}

/** One version as the history shows it. */
export interface SecretVersion {
  readonly version: number
  readonly createdAt: string
  readonly createdBy: string
  readonly keys: readonly SecretKey[]
  /** Names of keys against the version before. */
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
}

/** A secret to create or merge. */
export interface SecretInput {
  readonly name: string
  /** `user` by default for people, `workspace` for service accounts. */
  readonly scope?: Scope | undefined
  readonly values: SecretValues
  /** Keys whose values are not masked. */
  readonly plain?: readonly string[] | undefined
  readonly description?: string | undefined
  readonly labels?: { readonly [label: string]: string } | undefined
  /** RFC 3339, in the future; `null` for never. */
  readonly expiresAt?: string | null | undefined
}

/** A secret to create or merge, unless somebody was quicker. */
export interface SecretSet extends SecretInput {
  /** Refuse unless this is the newest version; 0 for a secret that is not there. */
  readonly expectVersion?: number | undefined
}

/** What `setSecrets` would do to one secret, by names of keys. */
export interface SecretPreview {
  readonly name: string
  readonly scope: Scope
  /** The newest version, 0 where the secret is not there. */
  readonly version: number
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly unchanged: readonly string[]
}

/** A change of one secret; it makes a new version only where something changes. */
export interface SecretUpdate extends SecretSelector {
  /** Values to write. Merged into the present ones, or all there is with `replace`. */
  readonly values?: SecretValues | undefined
  readonly remove?: readonly string[] | undefined
  readonly replace?: boolean | undefined
  /** Keys to mark plain. A key keeps its mark until it is written with another one or removed. */
  readonly plain?: readonly string[] | undefined
  readonly description?: string | undefined
  /** Labels to write; an empty text removes one. */
  readonly labels?: { readonly [label: string]: string } | undefined
  /** RFC 3339, in the future; `null` for never. Left out, it stays as it is, also where values change. */
  readonly expiresAt?: string | null | undefined
  /** Refuse with `version_conflict` unless this is the newest version. */
  readonly expectVersion?: number | undefined
}

/** What a write did. */
export interface SecretWrite {
  readonly secret: SecretDescription
  /** `unchanged`: nothing differed, so no version was made. */
  readonly outcome: 'created' | 'updated' | 'unchanged'
  /** Names of the keys that were written and removed. */
  readonly written: readonly string[]
  readonly removed: readonly string[]
}

/** Orders of a list of secrets; `-` is descending. */
export type SecretSort = 'name' | '-name' | 'created' | '-created' | 'updated' | '-updated'
export const secretSorts: readonly SecretSort[] = ['name', '-name', 'created', '-created', 'updated', '-updated']

/** Filters of a list; all given ones must hold. */
export interface SecretQuery extends PageQuery {
  readonly name?: string | undefined
  readonly namePrefix?: string | undefined
  readonly nameContains?: string | undefined
  readonly scope?: Scope | undefined
  /** Deleted secrets, which are not purged yet, instead of those that live. */
  readonly deleted?: boolean | undefined
  /** Secrets whose newest version has this key. */
  readonly key?: string | undefined
  readonly labels?: { readonly [label: string]: string } | undefined
  readonly created?: TimeRange | undefined
  readonly updated?: TimeRange | undefined
  readonly sort?: SecretSort | undefined
}

/** One secret to reveal. Without `keys`, all of them. */
export interface ResolveItem extends SecretSelector {
  readonly keys?: readonly string[] | undefined
  readonly version?: number | undefined
  /** Answer `unchanged` when this is the version that would be revealed. */
  readonly unlessVersion?: number | undefined
}

/** Secrets to reveal. */
export interface ResolveInput {
  /** 1 to 1,000. */
  readonly items: readonly ResolveItem[]
  /** The attempt on whose behalf it is read: recorded with it. */
  readonly attempt?: Id | undefined
}

/** A revealed secret, or word that it has not changed. */
export type ResolvedSecret =
  | { readonly unchanged: true; readonly id: Id; readonly name: string; readonly version: number }
  | {
      readonly unchanged: false
      readonly id: Id
      readonly name: string
      readonly scope: Scope
      readonly version: number
      readonly values: SecretValues
      /** Which of the revealed keys are plain. */
      readonly plain: readonly string[]
    }

/** A value that leaves the store, labelled `secret.key` for the redactor and its warnings. */
export interface RevealedValue {
  readonly label: string
  readonly value: SecretValue
  readonly plain: boolean
}

/** Where a reference to a secret is written. */
export interface ReferenceUse {
  readonly kind: 'component' | 'stack'
  /** `experiment-tracker mlflow`, or the stack's name. */
  readonly object: string
  readonly path: string
  readonly name: string
  readonly key: string
  readonly author: string
}
