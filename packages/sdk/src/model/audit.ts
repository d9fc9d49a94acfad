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
  /** Name of the principal, or of the operating system's user. */
  readonly principal?: string | undefined
  readonly operation?: string | undefined
  readonly outcome?: 'done' | 'refused' | undefined
  /** Exact object, as shown: `secret crm`. */
  readonly object?: string | undefined
  /** Id of a run: what it is about, and what its attempts asked for. */
  readonly run?: string | undefined
  readonly time?: TimeRange | undefined
  /** Events behind this number, oldest first instead of newest first. */
  readonly after?: number | undefined
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
  /** Where a restore has accepted a broken log, in a sentence: what was recorded before that proves nothing. */
  readonly accepted?: string
}

/**
 * The first line of an export (docs/formats/audit.md): with what its events are verified, by somebody who has neither the
 * store nor a key of it.
 */
export interface AuditExportHeader {
  readonly format: 'sotto-audit/1'
  readonly storeId: string
  /** Hex of the 32 bytes of the Ed25519 key that signs the chain. */
  readonly publicKey: string
  readonly fingerprint: string
  /** The place behind which the first event stands. */
  readonly from: AuditCheckpoint
}

/** An event with everything that its hash covers. */
export interface AuditExportEvent {
  readonly epoch: number
  readonly sequence: number
  readonly at: string
  readonly principalId: string
  readonly principal: string
  readonly osUser: string
  readonly operation: string
  readonly outcome: string
  readonly object: string
  readonly objectId: string
  /** The text of a JSON object: its bytes are in the hash. */
  readonly detail: string
  /** Hex. */
  readonly hash: string
}

/** The end of the chain as it was signed. */
export interface AuditExportEnd extends AuditCheckpoint {
  /** Hex of an Ed25519 signature. */
  readonly signature: string
}

/** Which events are exported. */
export interface AuditExportQuery {
  /** Number of the first event; the oldest that is there without it. */
  readonly from?: number | undefined
  /** 1 to 1,000; 1,000 by default. */
  readonly limit?: number | undefined
}

/** Events in their order. The page that reaches the end of the chain has `end`. */
export interface AuditExport {
  readonly header: AuditExportHeader
  readonly events: readonly AuditExportEvent[]
  readonly end?: AuditExportEnd | undefined
}

/** Which events are removed: those up to this place and with it. Its head shows that the caller has seen them. */
export interface AuditPruneInput {
  readonly through: AuditCheckpoint
}

/** What was removed. */
export interface AuditPruned {
  readonly removed: number
  /** The place behind which the chain now begins. */
  readonly behind: AuditCheckpoint
}
