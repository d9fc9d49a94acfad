import type { Id, PrincipalKind } from '@sotto/sdk/model'
import type { PrincipalRow } from '../../store/principals.ts'

export interface NewPrincipal {
  readonly id: Id
  readonly kind: PrincipalKind
  readonly name: string
  readonly nowMs: number
  /** Of a service account. */
  readonly workspaceId?: Id | undefined
  readonly description?: string | undefined
  /** As `mergeLabels` writes them. */
  readonly labels?: string | undefined
}

/** The row of a principal that may act. */
export function newPrincipal({ id, kind, name, nowMs, ...more }: NewPrincipal): PrincipalRow {
  return {
    id,
    kind,
    name,
    created_at: nowMs,
    workspace_id: more.workspaceId ?? null,
    description: more.description ?? null,
    labels: more.labels ?? null,
    disabled_at: null,
    deleted_at: null,
  }
}
