/** Backups of a whole store: one file each. */
import type { AuditCheckpoint } from './audit.ts'

/** A backup to make. */
export interface BackupInput {
  /** Absolute path, on the machine of the store. */
  readonly file: string
  /** With the logs of runs; without them by default. */
  readonly logs?: boolean | undefined
  /** May it take the place of a backup that is there? Nothing else is ever replaced. */
  readonly replace?: boolean | undefined
}

/** A root key that opens a keyring: which it is, never the key. */
export interface RootKeyName {
  readonly id: string
  /** `primary` or `recovery`. */
  readonly role: string
  /** Where such a key comes from: `file`, `env`, `passphrase`. */
  readonly kind: string
}

/** What a backup says of itself. */
export interface Backup {
  readonly file: string
  readonly sizeBytes: number
  readonly storeId: string
  readonly schemaVersion: number
  /** How often the keyring was written. */
  readonly generation: number
  readonly createdAt: string
  /** Where the audit chain stood. */
  readonly checkpoint: AuditCheckpoint
  /** The root keys of which one is needed to open it. */
  readonly rootKeys: readonly RootKeyName[]
  /** Number of logs of runs in it. */
  readonly logs: number
}
