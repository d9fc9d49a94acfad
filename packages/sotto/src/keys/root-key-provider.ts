import type { RootKey, RootKeyKind } from './root-key.ts'

/** One source of a root key. */
export interface RootKeyProvider {
  readonly kind: RootKeyKind
  /** Where the key is: a path or a variable's name. Never the key. */
  describe(): string
  /** Throws `key_missing`, `key_malformed` and `key_insecure`. */
  get(): RootKey | Promise<RootKey>
}
