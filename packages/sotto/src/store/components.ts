/** Rows of flavors and components, and the index of references. */
import { defineTable, defineUnprotectedTable } from './table.ts'
import type { Table } from './table.ts'

/** Custom flavors; built-in ones are part of the program. `attributes` is the JSON of `FlavorAttribute[]`. */
export interface FlavorRow {
  readonly id: string
  readonly workspace_id: string
  readonly type: string
  readonly name: string
  readonly description: string
  readonly attributes: string
  readonly author: string
  readonly created_at: number
}

export const flavorTable: Table<FlavorRow> = defineTable<FlavorRow>({
  name: 'flavor',
  key: ['id'],
  columns: {
    id: 'text',
    workspace_id: 'text',
    type: 'text',
    name: 'text',
    description: 'text',
    attributes: 'text',
    author: 'text',
    created_at: 'integer',
  },
})

/** `attributes` and `labels` are JSON objects, references as written; `author` is the id of the last writer. */
export interface ComponentRow {
  readonly id: string
  readonly workspace_id: string
  readonly type: string
  readonly name: string
  readonly flavor: string
  readonly attributes: string
  readonly description: string
  readonly labels: string
  readonly author: string
  readonly created_at: number
  readonly updated_at: number
}

export const componentTable: Table<ComponentRow> = defineTable<ComponentRow>({
  name: 'component',
  key: ['id'],
  columns: {
    id: 'text',
    workspace_id: 'text',
    type: 'text',
    name: 'text',
    flavor: 'text',
    attributes: 'text',
    description: 'text',
    labels: 'text',
    author: 'text',
    created_at: 'integer',
    updated_at: 'integer',
  },
})

/**
 * Where references are written, rewritten with each write of their object. `position` counts the references in one
 * string. Decisions are made from the objects themselves, whose rows carry HMACs.
 */
export interface ReferenceRow {
  readonly workspace_id: string
  readonly object_kind: string
  readonly object_id: string
  readonly path: string
  readonly position: number
  readonly secret_name: string
  readonly key: string
  readonly version: number | null
  readonly author: string
}

export const referenceTable: Table<ReferenceRow> = defineUnprotectedTable<ReferenceRow>(
  {
    name: 'reference',
    key: ['object_id', 'path', 'position'],
    columns: {
      workspace_id: 'text',
      object_kind: 'text',
      object_id: 'text',
      path: 'text',
      position: 'integer',
      secret_name: 'text',
      key: 'text',
      version: 'integer?',
      author: 'text',
    },
  },
  {
    guard: 'free',
    reason: 'an index that is only shown; check and resolve parse the components and stacks themselves',
  },
)
