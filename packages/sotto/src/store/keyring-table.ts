/** Tables of the keyring and of the schema's version. */
import { defineUnprotectedTable } from './table.ts'
import type { Table } from './table.ts'

const sealed = {
  guard: 'sealed',
  reason: 'the same facts are inside the sealed keyring, and are compared when it is opened',
} as const

export interface KeyringRow {
  readonly id: number
  readonly store_id: string
  readonly generation: number
  readonly blob: Uint8Array
}

export const keyringTable: Table<KeyringRow> = defineUnprotectedTable<KeyringRow>(
  { name: 'keyring', key: ['id'], columns: { id: 'integer', store_id: 'text', generation: 'integer', blob: 'bytes' } },
  sealed,
  { id: { guard: 'free', reason: 'always 1; without that row no store opens' } },
)

export interface DataKeyRow {
  readonly id: string
}

export const dataKeyTable: Table<DataKeyRow> = defineUnprotectedTable<DataKeyRow>(
  { name: 'data_key', key: ['id'], columns: { id: 'text' } },
  { guard: 'free', reason: 'only forbids the removal of a key in use; which keys exist says the keyring' },
)

export interface SchemaVersionRow {
  readonly id: number
  readonly version: number
}

export const schemaVersionTable: Table<SchemaVersionRow> = defineUnprotectedTable<SchemaVersionRow>(
  { name: 'schema_version', key: ['id'], columns: { id: 'integer', version: 'integer' } },
  { guard: 'free', reason: 'a wrong one makes the store refuse to open or its statements fail; rows keep their HMACs' },
)
