/** Rows of principals, of their tokens and of what is granted to them. */
import { defineTable } from './table.ts'
import type { Table } from './table.ts'

/**
 * `kind` is `user` or `service-account`. A service account belongs to the workspace `workspace_id`; users belong to the
 * store. None of the tokens of a principal with `disabled_at` or `deleted_at` is good. One that was deleted stays, for
 * what it wrote, under the name `NAME~ID`, which no living one can have. Null in `labels` and `description` is none.
 */
export interface PrincipalRow {
  readonly id: string
  readonly kind: string
  readonly name: string
  readonly created_at: number
  readonly workspace_id: string | null
  readonly description: string | null
  readonly labels: string | null
  readonly disabled_at: number | null
  readonly deleted_at: number | null
}

export const principalTable: Table<PrincipalRow> = defineTable<PrincipalRow>({
  name: 'principal',
  key: ['id'],
  columns: {
    id: 'text',
    kind: 'text',
    name: 'text',
    created_at: 'integer',
    workspace_id: 'text?',
    description: 'text?',
    labels: 'text?',
    disabled_at: 'integer?',
    deleted_at: 'integer?',
  },
  later: ['workspace_id', 'description', 'labels', 'disabled_at', 'deleted_at'],
})

/**
 * `lookup` is the HMAC of the token's text under the token key, in hex: whoever reads the database learns no token, and
 * whoever writes it cannot make one. `workspace_id` is null where it is good for all workspaces; `parent_id` is the token
 * that it was made with, and that takes it along when it is revoked; `attempt_id` the attempt that it is for, and ends with.
 */
export interface TokenRow {
  readonly id: string
  readonly kind: string
  readonly principal_id: string
  readonly workspace_id: string | null
  readonly name: string
  readonly lookup: string
  readonly parent_id: string | null
  readonly created_by: string
  readonly created_at: number
  readonly expires_at: number
  readonly revoked_at: number | null
  readonly attempt_id: string | null
}

export const tokenTable: Table<TokenRow> = defineTable<TokenRow>({
  name: 'token',
  key: ['id'],
  columns: {
    id: 'text',
    kind: 'text',
    principal_id: 'text',
    workspace_id: 'text?',
    name: 'text',
    lookup: 'text',
    parent_id: 'text?',
    created_by: 'text',
    created_at: 'integer',
    expires_at: 'integer',
    revoked_at: 'integer?',
    attempt_id: 'text?',
  },
  later: ['attempt_id'],
})

/**
 * `granted` is a right or a role, `kind` a kind of objects or empty for each, `pattern` an exact name or `prefix*`.
 * `workspace_id` is null where it holds everywhere; `author` is who granted it.
 */
export interface GrantRow {
  readonly id: string
  readonly principal_id: string
  readonly workspace_id: string | null
  readonly granted: string
  readonly kind: string
  readonly pattern: string
  readonly author: string
  readonly created_at: number
}

export const grantTable: Table<GrantRow> = defineTable<GrantRow>({
  name: 'access_grant',
  key: ['id'],
  columns: {
    id: 'text',
    principal_id: 'text',
    workspace_id: 'text?',
    granted: 'text',
    kind: 'text',
    pattern: 'text',
    author: 'text',
    created_at: 'integer',
  },
})
