/** What principals were granted, as rows of the store say. Allow only: what no grant allows is refused. */
import { isRole, matchesPattern, objectKinds, rightsOfRole, storeKinds } from '@sotto/sdk/model'
import type { Id, ObjectKind, Right } from '@sotto/sdk/model'
import { grantTable } from '../../store/principals.ts'
import type { GrantRow, PrincipalRow } from '../../store/principals.ts'
import type { Rows } from '../../store/rows.ts'
import { fullAccess, localPrincipal } from '../access.ts'
import type { Access, AccessObject, AccessSource } from '../access.ts'
import { listBatch } from '../row-batches.ts'

/** One right on one kind, as a grant gives it. */
interface Rule {
  readonly right: Right
  readonly pattern: string
  /** In every workspace, and on what is the store's. */
  readonly everywhere: boolean
}

class GrantedAccess implements Access {
  readonly enters: boolean
  readonly #rules: ReadonlyMap<ObjectKind, readonly Rule[]>

  constructor(grants: readonly GrantRow[], { enters }: { readonly enters: boolean }) {
    this.enters = enters
    const rules = grants.flatMap((grant) => rulesOf(grant))
    this.#rules = Map.groupBy(rules, ({ kind }) => kind)
  }

  may(right: Right, { kind, name, ofStore = false }: AccessObject): boolean {
    return this.#holding(right, kind, ofStore).some(({ pattern }) => matchesPattern(pattern, name))
  }

  names(right: Right, kind: ObjectKind): readonly string[] | undefined {
    const patterns = this.#holding(right, kind, false).map(({ pattern }) => pattern)
    if (patterns.includes('*')) return undefined
    // What another pattern covers is left out, so that no row is found twice.
    const distinct = [...new Set(patterns)]
    return distinct.filter((inner) => !distinct.some((outer) => outer !== inner && matchesPattern(outer, inner)))
  }

  #holding(right: Right, kind: ObjectKind, ofStore: boolean): readonly Rule[] {
    const wide = ofStore || storeKinds.includes(kind)
    return (this.#rules.get(kind) ?? []).filter(
      (rule) => (right === 'describe' || rule.right === right) && (!wide || rule.everywhere),
    )
  }
}

/** The rights that a grant gives, one by one. */
export function rulesOf(
  grant: Pick<GrantRow, 'granted' | 'kind' | 'pattern' | 'workspace_id'>,
): readonly (Rule & { readonly kind: ObjectKind })[] {
  const { granted, pattern } = grant
  const kinds = objectKinds.filter((kind) => grant.kind === '' || grant.kind === kind)
  const everywhere = grant.workspace_id === null
  return kinds.flatMap((kind) => {
    if (!everywhere && storeKinds.includes(kind)) return []
    const rights = isRole(granted) ? (rightsOfRole[granted][kind] ?? []) : [granted as Right] // checked when it was granted
    return rights.map((right) => ({ kind, right, pattern, everywhere }))
  })
}

/** Rows of one principal are the same array while they are remembered, and so is what was made of them. */
const accessOf = new WeakMap<readonly GrantRow[], Map<string, GrantedAccess>>()

export const storedGrants: AccessSource = {
  async load(rows, workspaceId, principals) {
    const [first, ...others] = principals
    const found = new Map<Id, Access>()
    if (first !== undefined && others.length === 0) {
      if (first.name === localPrincipal) return found.set(first.id, fullAccess)
      return found.set(first.id, accessIn(workspaceId, first, await listGrantsOf(rows, first)))
    }
    const grants = await listBatch(rows, grantTable, { column: 'principal_id', values: principals.map(({ id }) => id) })
    const byPrincipal = Map.groupBy(grants, ({ principal_id: id }) => id)
    for (const principal of principals)
      found.set(
        principal.id,
        principal.name === localPrincipal
          ? fullAccess
          : accessIn(workspaceId, principal, byPrincipal.get(principal.id) ?? []),
      )
    return found
  },
}

/** Every grant of the principal, in whatever workspace. */
export function listGrantsOf(rows: Rows, { id }: Pick<PrincipalRow, 'id'>): Promise<readonly GrantRow[]> {
  return rows.listRemembered(grantTable, 'WHERE principal_id = $1 ORDER BY id', [id])
}

/** Does the grant count in the workspace? */
export function countsIn(workspaceId: Id, { workspace_id: of }: Pick<GrantRow, 'workspace_id'>): boolean {
  return of === null || of === workspaceId
}

function accessIn(workspaceId: Id, principal: PrincipalRow, grants: readonly GrantRow[]): GrantedAccess {
  const known = accessOf.get(grants) ?? new Map<string, GrantedAccess>()
  accessOf.set(grants, known)
  const made = known.get(workspaceId)
  if (made !== undefined) return made
  const counting = grants.filter((grant) => countsIn(workspaceId, grant))
  // A service account is at home where it was made, also before anything is granted to it.
  const enters = counting.length > 0 || principal.workspace_id === workspaceId
  const access = new GrantedAccess(counting, { enters })
  known.set(workspaceId, access)
  return access
}
