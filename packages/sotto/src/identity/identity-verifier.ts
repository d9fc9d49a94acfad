/**
 * Identities that somebody else vouches for: a CI service, a cluster, a company's sign-in. Each is a JSON Web Token
 * (RFC 7519) that its issuer has signed (OpenID Connect Core 1.0). This folder verifies them and knows nothing of
 * principals; the service decides what a verified identity may do here.
 *
 * The implementation (`create-identity-verifier.ts`) is handed to the service by whoever starts a server. An embedded
 * store has none, so the command line loads neither `jose` nor the network for it.
 */
import type { JsonObject } from '@sotto/sdk/model'

/** With what a token is held against. All of it comes from our own rows, none of it from the token. */
export interface ExpectedIdentity {
  /** Exactly as the token must name it. Discovery document and keys are fetched below it. */
  readonly issuer: string
  /** At least one; the token must be for one of them. */
  readonly audiences: readonly string[]
  /** The issuer's public keys as the text of a JSON Web Key Set (RFC 7517): then nothing is fetched. */
  readonly keySet?: string | undefined
  /** Of a sign-in in a browser: the token must repeat it. */
  readonly nonce?: string | undefined
}

/** What a verified token says. */
export interface VerifiedIdentity {
  readonly issuer: string
  readonly subject: string
  /** All claims, as they were signed. */
  readonly claims: JsonObject
  /** `jti`: the token's own name, where it has one. */
  readonly tokenId: string | undefined
  /** UTC milliseconds. */
  readonly issuedAtMs: number
  /** UTC milliseconds. */
  readonly expiresAtMs: number
}

/** Why a token was refused. For our own log and counters: whoever sent the token learns that it was refused, not why. */
export type IdentityProblem =
  | 'malformed'
  | 'algorithm not allowed'
  | 'header not allowed'
  | 'wrong issuer'
  | 'wrong audience'
  | 'wrong nonce'
  | 'no key'
  | 'bad signature'
  | 'expired'
  | 'not yet valid'
  | 'too old'
  | 'keys not available'

/** Thrown for every token that is refused. Holds nothing of the token. */
export class IdentityRefused extends Error {
  override readonly name: string = 'IdentityRefused'
  readonly problem: IdentityProblem

  constructor(problem: IdentityProblem) {
    super(`the identity token was refused: ${problem}`)
    this.problem = problem
  }
}

export interface IdentityVerifier {
  /**
   * The issuer that a token names, before anything of it is verified: to find what it is to be held against. Nothing is
   * ever fetched from an address that only a token names. Throws `IdentityRefused`.
   */
  issuerOf(token: string): string
  /** Verifies signature, issuer, audience and times. May fetch, so never inside a transaction. Throws `IdentityRefused`. */
  verify(token: string, expected: ExpectedIdentity): Promise<VerifiedIdentity>
}
