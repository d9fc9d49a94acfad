/**
 * A service that keeps a key of its own and wraps root keys under it: AWS KMS, the transit engine of Vault and OpenBao. The
 * model is age's `Recipient` and `Identity`: one method each. A power that only some services have becomes an interface of
 * its own beside this one, which stays as it is.
 */
import type { RootKeyKind } from './root-key.ts'

/** A key of a service. Its methods are called outside of any transaction; each ends within half a minute. */
export interface KeyService {
  /**
   * Wraps the 32 bytes of a root key and binds the result to a store. What it gives is of no use without the service.
   *
   * Codes, here and below: `key_service_unreachable` (it does not answer, or is overloaded), `key_service_refused` (it
   * takes the credentials for wrong or insufficient), `key_disabled` (its key is disabled or gone), `key_service_failed`
   * (anything else that it says), `unsupported` (the package that speaks to it is not installed).
   */
  wrap(key: Uint8Array, store: BoundStore): Promise<Uint8Array>
  /**
   * The bytes that were wrapped, which the caller wipes. Throws also `key_wrong`: wrapped by another key, for another store,
   * or altered; a service cannot tell these apart.
   */
  unwrap(wrapped: Uint8Array, store: BoundStore): Promise<Buffer>
}

/** What a wrapped key is bound to. */
export interface BoundStore {
  /** The id of the store, as text. */
  readonly storeId: string
}

/** A kind of service. A list of these is data: what talks to a service is loaded by the first `wrap` or `unwrap`. */
export interface KeyServiceKind {
  /** How the names of its keys begin: `transit` of `transit:https://bao.example/transit/sotto`. */
  readonly scheme: string
  readonly kind: Extract<RootKeyKind, 'kms' | 'transit'>
  /** What stands behind the colon, for messages: `https://HOST/MOUNT/KEY`. */
  readonly form: string
  /**
   * The key of this address. Credentials come from the environment, never from the address. Throws `key_malformed` for an
   * address that is none; asks nobody yet.
   */
  open(address: string, env: KeyServiceEnvironment): KeyService
}

export type KeyServiceEnvironment = Readonly<Record<string, string | undefined>>
