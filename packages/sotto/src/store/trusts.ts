/** Rows of trusts, and of the identity tokens that were used with them. */
import { defineTable } from './table.ts'
import type { Table } from './table.ts'

/**
 * `claims` and `pins` are JSON: name to text. `pins` has the ids that were seen first; null until then. `once` is 0 or 1.
 * `key_set` is a JSON Web Key Set, null where the keys are fetched.
 */
export interface TrustRow {
  readonly id: string
  readonly workspace_id: string
  readonly name: string
  readonly kind: string
  readonly principal_id: string
  readonly issuer: string
  readonly audience: string
  readonly claims: string
  readonly pins: string | null
  readonly key_set: string | null
  readonly once: number
  readonly lifetime_seconds: number
  readonly author: string
  readonly created_at: number
}

export const trustTable: Table<TrustRow> = defineTable<TrustRow>({
  name: 'trust',
  key: ['id'],
  columns: {
    id: 'text',
    workspace_id: 'text',
    name: 'text',
    kind: 'text',
    principal_id: 'text',
    issuer: 'text',
    audience: 'text',
    claims: 'text',
    pins: 'text?',
    key_set: 'text?',
    once: 'integer',
    lifetime_seconds: 'integer',
    author: 'text',
    created_at: 'integer',
  },
})

/** `digest` is SHA-256 of issuer and `jti`, in hex. It stays until the token has expired. */
export interface UsedIdentityRow {
  readonly digest: string
  readonly expires_at: number
}

export const usedIdentityTable: Table<UsedIdentityRow> = defineTable<UsedIdentityRow>({
  name: 'used_identity',
  key: ['digest'],
  columns: { digest: 'text', expires_at: 'integer' },
})
