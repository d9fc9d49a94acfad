/** Rows of secrets, their versions and their sealed values. */
import { defineTable, defineUnprotectedTable } from './table.ts'
import type { Table } from './table.ts'

/**
 * `scope_owner` is the id of the principal whose `user` scope it lives in, or empty in the scope `workspace`. `version`
 * and `version_id` are those of the newest version, `labels` a JSON object, `deleted_at` is null while it lives. From
 * `expires_at` on its values are not revealed; null is never. `keys` are those of the newest version, as its row has them;
 * null, in a row from before there was the column, is: look there.
 */
export interface SecretRow {
  readonly id: string
  readonly workspace_id: string
  readonly scope_owner: string
  readonly owner: string
  readonly name: string
  readonly version: number
  readonly version_id: string
  readonly description: string
  readonly labels: string
  readonly created_at: number
  readonly updated_at: number
  readonly deleted_at: number | null
  readonly expires_at: number | null
  readonly keys: string | null
}

export const secretTable: Table<SecretRow> = defineTable<SecretRow>({
  name: 'secret',
  key: ['id'],
  columns: {
    id: 'text',
    workspace_id: 'text',
    scope_owner: 'text',
    owner: 'text',
    name: 'text',
    version: 'integer',
    version_id: 'text',
    description: 'text',
    labels: 'text',
    created_at: 'integer',
    updated_at: 'integer',
    deleted_at: 'integer?',
    expires_at: 'integer?',
    keys: 'text?',
  },
  later: ['expires_at', 'keys'],
})

/**
 * `secrets_store` says where the values lie (`sql`: here), `locator` where within it. `keys` and `changes` are JSON: the
 * keys with encoding and plain mark, and the names of what was added, changed and removed against the version before.
 */
export interface SecretVersionRow {
  readonly id: string
  readonly secret_id: string
  readonly number: number
  readonly secrets_store: string
  readonly locator: string
  readonly keys: string
  readonly changes: string
  readonly author: string
  readonly created_at: number
}

export const secretVersionTable: Table<SecretVersionRow> = defineTable<SecretVersionRow>({
  name: 'secret_version',
  key: ['id'],
  columns: {
    id: 'text',
    secret_id: 'text',
    number: 'integer',
    secrets_store: 'text',
    locator: 'text',
    keys: 'text',
    changes: 'text',
    author: 'text',
    created_at: 'integer',
  },
})

/** One sealed value per key of a version. */
export interface SecretValueRow {
  readonly version_id: string
  readonly key: string
  readonly data_key_id: string
  readonly blob: Uint8Array
}

export const secretValueTable: Table<SecretValueRow> = defineUnprotectedTable<SecretValueRow>(
  {
    name: 'secret_value',
    key: ['version_id', 'key'],
    columns: { version_id: 'text', key: 'text', data_key_id: 'text', blob: 'bytes' },
  },
  { guard: 'sealed', reason: 'bound into the blob, or compared with what is in it; another one does not open' },
)
