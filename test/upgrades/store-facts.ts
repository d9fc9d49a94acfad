/** What a store of an earlier schema holds, as the code that made it said. Written by `make-store.ts`. */
import type { AuditCheckpoint, Component, RunDetail, Scope, SecretRead, Stack } from '@sotto/sdk/model'

export interface StoredSecret {
  readonly name: string
  readonly scope: Scope
  readonly version: number
  readonly values: { readonly [key: string]: string }
}

/** Members may be added to what the Api answers, so a later answer has these and perhaps more. */
export interface StoreFacts {
  /** The commit. */
  readonly madeBy: string
  readonly schemaVersion: number
  readonly secrets: readonly StoredSecret[]
  readonly component: Partial<Component>
  readonly stack: Partial<Stack>
  readonly run: Partial<RunDetail>
  readonly reads: readonly Partial<SecretRead>[]
  readonly audit: { readonly fingerprint: string; readonly checkpoint: AuditCheckpoint; readonly events: number }
}
