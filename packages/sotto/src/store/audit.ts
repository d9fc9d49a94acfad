/** Rows of the audit chain; written by `audit-chain.ts` alone. */
import { defineUnprotectedTable } from './table.ts'
import type { Table } from './table.ts'

const chained = { guard: 'chained', reason: 'in the hash of its event, or in the signature over the head' } as const

/** `detail` is canonical JSON, `hash` that of the event and all before it. */
export interface AuditEventRow {
  readonly epoch: number
  readonly sequence: number
  readonly occurred_at: number
  readonly principal_id: string
  readonly principal: string
  readonly os_user: string
  readonly operation: string
  readonly outcome: string
  readonly object: string
  readonly object_id: string
  readonly detail: string
  readonly hash: Uint8Array
}

export const auditEventTable: Table<AuditEventRow> = defineUnprotectedTable<AuditEventRow>(
  {
    name: 'audit_event',
    key: ['sequence'],
    columns: {
      epoch: 'integer',
      sequence: 'integer',
      occurred_at: 'integer',
      principal_id: 'text',
      principal: 'text',
      os_user: 'text',
      operation: 'text',
      outcome: 'text',
      object: 'text',
      object_id: 'text',
      detail: 'text',
      hash: 'bytes',
    },
  },
  chained,
)

/** One row: where the chain ends, signed. */
export interface AuditHeadRow {
  readonly id: number
  readonly epoch: number
  readonly sequence: number
  readonly head: Uint8Array
  readonly signature: Uint8Array
}

export const auditHeadTable: Table<AuditHeadRow> = defineUnprotectedTable<AuditHeadRow>(
  {
    name: 'audit_head',
    key: ['id'],
    columns: { id: 'integer', epoch: 'integer', sequence: 'integer', head: 'bytes', signature: 'bytes' },
  },
  chained,
  { id: { guard: 'free', reason: 'always 1; without that row nothing can be written or revealed' } },
)
