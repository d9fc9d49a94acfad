/** Rights: who may do what to which object. One function decides; everything else asks it. */
import type { Id, ObjectKind, Right } from '@sotto/sdk/model'
import type { PrincipalRow } from '../store/principals.ts'

/** What is to be touched. Rights are on kinds and names. */
export interface AccessObject {
  readonly kind: ObjectKind
  readonly name: string
  /** For secrets: the id of the principal whose `user` scope it lives in, or empty. */
  readonly scopeOwner?: Id | undefined
}

/** What the principal was granted in the workspace. Grants of other principals arrive with the server. */
export type AccessRule = (principal: PrincipalRow, right: Right, object: AccessObject) => boolean

/** Every right, to whoever it may be. */
export const everyRight: AccessRule = () => true

/** The one principal of an embedded store has every right in it; others have none yet. */
export const rightsOfLocal: AccessRule = ({ name }) => name === localPrincipal

/** The principal that every store has from its first use on. No other can have its name. */
export const localPrincipal = 'local'

/**
 * May the principal do it? A secret in a `user` scope is its owner's alone, whatever was granted to anybody else,
 * administrators included; and everybody may know who he is.
 */
export function allows(rule: AccessRule, principal: PrincipalRow, right: Right, object: AccessObject): boolean {
  const { scopeOwner = '' } = object
  if (object.kind === 'principal' && right === 'describe' && object.name === principal.name) return true
  return scopeOwner === '' ? rule(principal, right, object) : scopeOwner === principal.id
}
