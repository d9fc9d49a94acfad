/** Events of the audit chain. None holds a value, its length or its hash. */
import type { PageQuery, TimeRange } from './page.ts'

/** One event of the chain. */
export interface AuditEvent {
  readonly epoch: number
  readonly sequence: number
  readonly at: string
  readonly principal: string
  /** The operating system's user name, a label only. */
  readonly osUser: string
  /** Name of the operation: `resolveSecrets`. */
  readonly operation: string
  readonly outcome: 'done' | 'refused'
  /** Kind and name of what it was about: `secret crm`. */
  readonly object: string
  readonly objectId: string
  /** Facts about it: version, key names, run, attempt, error code. */
  readonly detail: { readonly [name: string]: string | number | boolean | readonly string[] }
}

/** Filters of a list of events; all given ones must hold. */
export interface AuditQuery extends PageQuery {
  readonly principal?: string | undefined
  readonly operation?: string | undefined
  readonly outcome?: 'done' | 'refused' | undefined
  /** Exact object, as shown: `secret crm`. */
  readonly object?: string | undefined
  readonly time?: TimeRange | undefined
}

/** A place in the chain that can be kept elsewhere. */
export interface AuditCheckpoint {
  readonly epoch: number
  readonly sequence: number
  /** Hex of the chain's head there. */
  readonly head: string
}

/** What the chain is held against. */
export interface AuditVerifyInput {
  /** The fingerprint of the store's signing key, noted elsewhere. */
  readonly fingerprint?: string | undefined
  readonly checkpoint?: AuditCheckpoint | undefined
}

/** What a walk over the chain found. */
export interface AuditVerification {
  /** `authenticated` with a fingerprint or checkpoint that held; otherwise only consistent in itself. */
  readonly result: 'authenticated' | 'consistent, not authenticated' | 'broken'
  readonly events: number
  readonly fingerprint: string
  readonly checkpoint: AuditCheckpoint
  /** Where and how it is broken. */
  readonly problems: readonly string[]
}
