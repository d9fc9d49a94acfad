/** What a client and its methods are given. */
import type { Api } from '../model/api.ts'
import type { Scope } from '../model/secret.ts'

/** Where a client's Api comes from. */
export interface ClientOptions {
  /** The Api, or what gives it: a function is called once, when it is first needed, and again if that failed. */
  readonly api: Api | Promise<Api> | (() => Api | Promise<Api>)
  /** What to do with the connection in the end. */
  readonly close?: (() => void | Promise<void>) | undefined
}

/** Narrows a lookup by name to one scope. */
export interface ScopeOption {
  readonly scope?: Scope | undefined
}

/** Which part of a secret to read. */
export interface GetSecretOptions<K extends string = string> extends ScopeOption {
  /** Only these keys; all by default. */
  readonly keys?: readonly K[] | undefined
  /** This version; the newest by default. */
  readonly version?: number | undefined
}

/** What a rollback goes by. */
export interface RollbackOptions extends ScopeOption {
  /** Refuse with `version_conflict` unless this is the newest version. */
  readonly expectVersion?: number | undefined
}

/** How a deleted secret comes back. */
export interface UndeleteOptions extends ScopeOption {
  /** Another name, where its own is taken by now. */
  readonly newName?: string | undefined
}
