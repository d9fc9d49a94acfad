/** The keys of a store: what may be said of them, and what may be done. No type here but `NewRecoveryCode` holds one. */

/** Where a root key comes from. */
export type RootKeyKind = 'file' | 'env' | 'passphrase' | 'kms' | 'transit' | 'code'

/** What opens the store. */
export interface KeySlot {
  readonly role: 'primary' | 'recovery'
  readonly kind: RootKeyKind
  /** 16 hex digits; says which key it is and nothing about it. */
  readonly rootKeyId: string
  /** For `kms` and `transit`: the service's key that has wrapped it, as the store says. */
  readonly service?: string
}

/** A key that values are sealed under. */
export interface DataKey {
  /** 16 hex digits. */
  readonly id: string
  /** `active` seals and opens. The others open only: `previous` until nothing lies under it, then `retired`. */
  readonly state: 'active' | 'previous' | 'retired'
  readonly createdAt: string
  readonly retiredAt?: string
  /** How many values lie under it, those of old versions and deleted secrets included. */
  readonly values: number
}

export interface KeysDescription {
  /** Counts the changes of the keyring, from 1. */
  readonly generation: number
  /** The primary slot, then perhaps the recovery slot. */
  readonly slots: readonly KeySlot[]
  /** In the order of their making. */
  readonly dataKeys: readonly DataKey[]
  /** Where the root key came from, in words. */
  readonly rootKey: string
  readonly auditFingerprint: string
  /** Files beside the root key with keys that no longer open the store, or never did. */
  readonly formerKeyFiles: readonly string[]
}

/** Refuses with `keyring_conflict` when the keyring has been changed since then. */
export interface KeysExpectation {
  readonly expectGeneration?: number | undefined
}

/** The keyring after a rotation. */
export interface KeysRotation {
  readonly generation: number
  readonly dataKeys: readonly DataKey[]
}

/** Names a data key by its id. */
export interface DataKeySelector {
  readonly dataKey: string
}

/** Where to go on, and how far in one transaction. */
export interface RewrapInput {
  /** `next` of the call before. */
  readonly after?: string | undefined
  /** At most so many values; 200 without it, 1,000 at most. */
  readonly limit?: number | undefined
}

/** What one call has sealed anew. */
export interface Rewrap {
  readonly rewrapped: number
  /** Values that did not open and stay as they are, as `SECRET-ID VERSION-ID KEY`. */
  readonly unreadable: readonly string[]
  /** For the next call; not there when all values were looked at. */
  readonly next?: string
  /** The key that seals. */
  readonly activeKey: string
}

/** A code that opens the recovery slot. It is shown once and kept nowhere. */
export interface NewRecoveryCode {
  readonly code: string
  readonly rootKeyId: string
  readonly generation: number
}

/** A change of the root key. */
export interface RootKeyChange extends KeysExpectation {
  /** Where the new key is to come from; as now when absent. */
  readonly to?: 'file' | 'env' | 'passphrase' | 'service' | undefined
  /** For `env`: the new key as text, which the caller has put where it will be found. */
  readonly rootKey?: string | undefined
  /**
   * For `service`: the service's key that is to wrap the new one. It must be the one that `SOTTO_NEW_ROOT_KEY_SERVICE` or
   * `SOTTO_ROOT_KEY_SERVICE` names where the store is open: whoever asks does not choose whom credentials are sent to.
   */
  readonly service?: string | undefined
  /** For `passphrase`. */
  readonly passphrase?: string | undefined
  /** Somebody may have seen the keys: every key is made anew, not only the root key. */
  readonly compromised?: boolean | undefined
  /** Leave the file of the old key under another name, for backups that were made with it. */
  readonly keepOldKey?: boolean | undefined
}

/** A secret whose values somebody may have seen. */
export interface ExposedSecret {
  readonly name: string
  readonly scope: 'user' | 'workspace'
  readonly keys: readonly string[]
  /** In how many places it is referenced. */
  readonly references: number
}

/** What a change of the root key has made. */
export interface ChangedRootKey {
  readonly generation: number
  readonly slots: readonly KeySlot[]
  /** Where the new key lies, when it is in a file. */
  readonly rootKeyFile?: string
  /** The file of the old key, where it was kept. */
  readonly formerKeyFile?: string
  /** Takes the place of the code that was there: the old one opens this store no longer. */
  readonly recoveryCode?: string
  readonly auditFingerprint: string
  /** With `compromised`: what has to be changed where it comes from. */
  readonly exposed?: readonly ExposedSecret[]
}
