/** Rows of runs, attempts, artifacts and of the secret versions that attempts read. */
import { defineTable } from './table.ts'
import type { Table } from './table.ts'

/** `parameters`, `plan` and `requirements` are JSON. */
export interface RunRow {
  readonly id: string
  readonly workspace_id: string
  readonly pipeline: string
  readonly stack: string
  readonly principal_id: string
  readonly state: string
  readonly error: string | null
  readonly parameters: string
  readonly plan: string
  readonly level: string
  readonly requirements: string
  readonly started_at: number
  readonly ended_at: number | null
}

export const runTable: Table<RunRow> = defineTable<RunRow>({
  name: 'run',
  key: ['id'],
  columns: {
    id: 'text',
    workspace_id: 'text',
    pipeline: 'text',
    stack: 'text',
    principal_id: 'text',
    state: 'text',
    error: 'text?',
    parameters: 'text',
    plan: 'text',
    level: 'text',
    requirements: 'text',
    started_at: 'integer',
    ended_at: 'integer?',
  },
})

/**
 * `declared_mode` is what holds for reads that the step did not declare: `recorded` or `required`. `held` is a JSON list of
 * what the components and settings of its step refer to. Both are null for attempts of before.
 */
export interface AttemptRow {
  readonly id: string
  readonly run_id: string
  readonly step: string
  readonly number: number
  readonly state: string
  readonly error: string | null
  readonly exit_code: number | null
  readonly started_at: number
  readonly ended_at: number | null
  readonly declared_mode: string | null
  readonly held: string | null
}

export const attemptTable: Table<AttemptRow> = defineTable<AttemptRow>({
  name: 'attempt',
  key: ['id'],
  columns: {
    id: 'text',
    run_id: 'text',
    step: 'text',
    number: 'integer',
    state: 'text',
    error: 'text?',
    exit_code: 'integer?',
    started_at: 'integer',
    ended_at: 'integer?',
    declared_mode: 'text?',
    held: 'text?',
  },
  later: ['declared_mode', 'held'],
})

export interface ArtifactRow {
  readonly attempt_id: string
  readonly name: string
  readonly digest: string
  readonly size_bytes: number
  readonly codec: string
}

export const artifactTable: Table<ArtifactRow> = defineTable<ArtifactRow>({
  name: 'artifact',
  key: ['attempt_id', 'name'],
  columns: { attempt_id: 'text', name: 'text', digest: 'text', size_bytes: 'integer', codec: 'text' },
})

/** `keys` is a JSON list, `declared` 0 or 1. */
export interface SecretReadRow {
  readonly id: string
  readonly attempt_id: string
  readonly secret_id: string
  readonly secret_name: string
  readonly version: number
  readonly keys: string
  readonly declared: number
  readonly read_at: number
}

export const secretReadTable: Table<SecretReadRow> = defineTable<SecretReadRow>({
  name: 'secret_read',
  key: ['id'],
  columns: {
    id: 'text',
    attempt_id: 'text',
    secret_id: 'text',
    secret_name: 'text',
    version: 'integer',
    keys: 'text',
    declared: 'integer',
    read_at: 'integer',
  },
})
