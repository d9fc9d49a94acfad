/** Rows of workspaces and of what principals prefer in them. */
import { defineTable } from './table.ts'
import type { Table } from './table.ts'

export interface WorkspaceRow {
  readonly id: string
  readonly name: string
  readonly created_at: number
}

export const workspaceTable: Table<WorkspaceRow> = defineTable<WorkspaceRow>({
  name: 'workspace',
  key: ['id'],
  columns: { id: 'text', name: 'text', created_at: 'integer' },
})

/** `active-stack`: the id of a stack. */
export interface PreferenceRow {
  readonly workspace_id: string
  readonly principal_id: string
  readonly name: string
  readonly value: string
}

export const preferenceTable: Table<PreferenceRow> = defineTable<PreferenceRow>({
  name: 'preference',
  key: ['workspace_id', 'principal_id', 'name'],
  columns: { workspace_id: 'text', principal_id: 'text', name: 'text', value: 'text' },
})
