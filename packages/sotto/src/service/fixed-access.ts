/** Rights by a rule in place of grants, for tests. */
import type { Right } from '@sotto/sdk/model'
import type { PrincipalRow } from '../store/principals.ts'
import type { Access, AccessObject, AccessSource } from './access.ts'

export type AccessRule = (principal: PrincipalRow, right: Right, object: AccessObject) => boolean

/** Every right, to whoever it may be. */
export const everyRight: AccessRule = () => true

/** Lists are all or nothing: what the rule says of a thing named `*`. */
export function fixedAccess(rule: AccessRule): AccessSource {
  const accessOf = (principal: PrincipalRow): Access => ({
    enters: true,
    may: (right, object) => rule(principal, right, object),
    names: (right, kind) => (rule(principal, right, { kind, name: '*' }) ? undefined : []),
  })
  return { load: async (_rows, _workspaceId, principals) => new Map(principals.map((row) => [row.id, accessOf(row)])) }
}
