/** Rows of stacks. */
import { defineTable, defineUnprotectedTable } from './table.ts'
import type { Table } from './table.ts'

/**
 * `components` is the JSON of {type: component id}, `settings` the JSON of {name: {value, author}} with the id of the
 * principal that wrote the setting last; `author` wrote the membership last.
 */
export interface StackRow {
  readonly id: string
  readonly workspace_id: string
  readonly name: string
  readonly components: string
  readonly settings: string
  readonly description: string
  readonly labels: string
  readonly author: string
  readonly created_at: number
  readonly updated_at: number
}

export const stackTable: Table<StackRow> = defineTable<StackRow>({
  name: 'stack',
  key: ['id'],
  columns: {
    id: 'text',
    workspace_id: 'text',
    name: 'text',
    components: 'text',
    settings: 'text',
    description: 'text',
    labels: 'text',
    author: 'text',
    created_at: 'integer',
    updated_at: 'integer',
  },
})

/** The index of `stack.components`, rewritten with it. */
export interface StackComponentRow {
  readonly stack_id: string
  readonly type: string
  readonly component_id: string
}

export const stackComponentTable: Table<StackComponentRow> = defineUnprotectedTable<StackComponentRow>(
  {
    name: 'stack_component',
    key: ['stack_id', 'type'],
    columns: { stack_id: 'text', type: 'text', component_id: 'text' },
  },
  { guard: 'free', reason: 'an index of stack.components, which alone says what a stack is made of' },
)

/**
 * The principal accepts the component, or the settings of the stack, with the id `object_id`, as long as its text has the
 * digest.
 */
export interface AcceptanceRow {
  readonly principal_id: string
  readonly object_id: string
  readonly digest: string
  readonly accepted_at: number
}

export const acceptanceTable: Table<AcceptanceRow> = defineTable<AcceptanceRow>({
  name: 'acceptance',
  key: ['principal_id', 'object_id'],
  columns: { principal_id: 'text', object_id: 'text', digest: 'text', accepted_at: 'integer' },
})
