/**
 * Rights: who may do what to which object. One function decides (`allows`); everything else asks it. What a principal was
 * granted is loaded once for a call, by an `AccessSource`: see `principals/stored-grants.ts` for that of a store.
 */
import type { Id, ObjectKind, Right } from '@sotto/sdk/model'
import type { PrincipalRow } from '../store/principals.ts'
import type { Rows } from '../store/rows.ts'

/** What is to be touched. Rights are on kinds and names. */
export interface AccessObject {
  readonly kind: ObjectKind
  readonly name: string
  /** For secrets: the id of the principal whose `user` scope it lives in, or empty. */
  readonly scopeOwner?: Id | undefined
  /** Does it belong to the store, as users do? Then rights in one workspace are none on it. */
  readonly ofStore?: boolean | undefined
}

/** The principal that every store has from its first use on. No other can have its name. */
export const localPrincipal = 'local'

/** What one principal was granted in one workspace, whatever lives in `user` scopes. */
export interface Access {
  /** Has it any part in the workspace? Else it is, for this principal, not there. */
  readonly enters: boolean
  may(right: Right, object: AccessObject): boolean
  /** The names, exact or as `prefix*`, on which it has the right, to be filtered by in SQL; `undefined` for all. */
  names(right: Right, kind: ObjectKind): readonly string[] | undefined
}

/** Where rights come from. */
export interface AccessSource {
  /** Of each of the principals, by id. Throws `row_altered`. */
  load(rows: Rows, workspaceId: Id, principals: readonly PrincipalRow[]): Promise<ReadonlyMap<Id, Access>>
}

/** Every right on everything. */
export const fullAccess: Access = { enters: true, may: () => true, names: () => undefined }

/**
 * May the principal do it? A secret in a `user` scope is its owner's alone, whatever was granted to anybody else,
 * administrators included; and everybody may know who he is.
 */
export function allows(access: Access, principal: PrincipalRow, right: Right, object: AccessObject): boolean {
  const { kind, name, scopeOwner = '' } = object
  if (kind === 'principal' && right === 'describe' && name === principal.name) return true
  return scopeOwner === '' ? access.may(right, object) : scopeOwner === principal.id
}
