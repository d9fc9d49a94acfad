/** Rights: who may do what to which object. One function decides; everything else asks it. */
import type { Id, ObjectKind, Right } from '@sotto/sdk/model'
import type { PrincipalRow } from '../store/workspaces.ts'

/** What is to be touched. Rights are on kinds and names. */
export interface AccessObject {
  readonly kind: ObjectKind
  readonly name: string
  /** For secrets: the id of the principal whose `user` scope it lives in, or empty. */
  readonly scopeOwner?: Id | undefined
}

/** What the principal was granted in the workspace. Grants of other principals arrive with the server. */
export type AccessRule = (principal: PrincipalRow, right: Right, object: AccessObject) => boolean

/** The rule of an embedded store: its one principal, `local`, has every right in the workspace. */
export const everyRight: AccessRule = () => true

/**
 * May the principal do it? A secret in a `user` scope is its owner's alone, whatever was granted to anybody else,
 * administrators included.
 */
export function allows(rule: AccessRule, principal: PrincipalRow, right: Right, object: AccessObject): boolean {
  const { scopeOwner = '' } = object
  return scopeOwner === '' ? rule(principal, right, object) : scopeOwner === principal.id
}
