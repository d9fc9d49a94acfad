/** Principals: who acts. Users are people, service accounts are machines; both hold tokens. */
import type { Id } from './names.ts'
import type { PageQuery } from './page.ts'

export type PrincipalKind = 'user' | 'service-account'
export const principalKinds: readonly PrincipalKind[] = ['user', 'service-account']

/** A principal as it is shown. */
export interface Principal {
  readonly id: Id
  readonly kind: PrincipalKind
  readonly name: string
  readonly description: string
  readonly labels: { readonly [label: string]: string }
  /** Name of the workspace that a service account belongs to; absent for users, who belong to the store. */
  readonly workspace?: string
  /** RFC 3339 with milliseconds. */
  readonly createdAt: string
  /** Since when none of its tokens is good; absent for one that may act. */
  readonly disabledAt?: string
}

/** Names a principal, by name or id; the caller itself where none is named. */
export interface PrincipalSelector {
  readonly principal?: string | undefined
}

/** Filters of a list of principals. */
export interface PrincipalQuery extends PageQuery {
  readonly kind?: PrincipalKind | undefined
}

/** A machine that is to act by its own name, in the workspace of the call. */
export interface ServiceAccountInput {
  readonly name: string
  readonly description?: string | undefined
  readonly labels?: { readonly [label: string]: string } | undefined
}

/** What may be changed about a service account. */
export interface ServiceAccountUpdate {
  /** Name or id. */
  readonly principal: string
  readonly description?: string | undefined
  /** Labels to write; an empty text removes one. */
  readonly labels?: { readonly [label: string]: string } | undefined
  /** `true` makes all its tokens void until it is `false` again. */
  readonly disabled?: boolean | undefined
}

/** Who the caller is. */
export interface WhoAmI {
  readonly principal: Principal
  /** Name of the workspace in which the caller acts. */
  readonly workspace: string
  /** The token that the caller came with; absent for an embedded store. */
  readonly token?: Token
}

/**
 * What a token is for: `user` and `service` are made by `createToken` and used by programs, `session` comes of signing in,
 * `attempt` belongs to one try of a step of a run.
 */
export type TokenKind = 'user' | 'service' | 'session' | 'attempt'
export const tokenKinds: readonly TokenKind[] = ['user', 'service', 'session', 'attempt']

/** All about a token but its text, which nobody has but its holder. */
export interface Token {
  readonly id: Id
  readonly kind: TokenKind
  readonly name: string
  /** Name of the principal that it acts as. */
  readonly principal: string
  /** Name of the one workspace that it is good for; absent for all that its principal has rights in. */
  readonly workspace?: string
  readonly createdAt: string
  /** Name of the principal that made it. */
  readonly createdBy: string
  readonly expiresAt: string
  /** Absent for one that was not revoked. */
  readonly revokedAt?: string
}

/** A token to make. */
export interface TokenInput extends PrincipalSelector {
  /** To tell it from others by. */
  readonly name: string
  /** RFC 3339, at most 366 days ahead; 90 days without it. A token that was made with another never outlives that one. */
  readonly expiresAt?: string | undefined
  /** Limit it to the workspace of the call. Tokens of service accounts always are. */
  readonly thisWorkspace?: boolean | undefined
}

/** A token with its text, `sotto_<kind>_<random>_<checksum>`: shown this once. */
export interface NewToken extends Token {
  readonly text: string
}

/** Filters of a list of tokens: of one principal, and revoked and expired ones too by choice. */
export interface TokenQuery extends PageQuery, PrincipalSelector {
  readonly all?: boolean | undefined
}
