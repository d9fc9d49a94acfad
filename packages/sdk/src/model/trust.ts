/** Trusts: whose identity tokens sign in as a service account. No secret is shared with the runner or the cluster. */
import type { Id } from './names.ts'

/** Who vouches. Each kind knows its issuer and which of its claims say who somebody is; `oidc` is any other issuer. */
export type TrustKind = 'github' | 'gitlab' | 'kubernetes' | 'oidc'
export const trustKinds: readonly TrustKind[] = ['github', 'gitlab', 'kubernetes', 'oidc']

/** Claims that a token must have, by name: exactly this text, or any that begins with it where it ends in `*`. */
export type TrustClaims = { readonly [claim: string]: string }

/** A trust to create. */
export interface TrustInput {
  readonly name: string
  readonly kind: TrustKind
  /** The service account that it signs in, by name or id. */
  readonly serviceAccount: string
  /** As tokens name it in `iss`. Left out, that of github.com or gitlab.com; needed for the other kinds. */
  readonly issuer?: string | undefined
  /** What tokens must be for (`aud`): best the address of this server, which no other service has. */
  readonly audience: string
  /**
   * `repository`, `ref`, `environment` and others as GitHub and GitLab name them; `namespace` and `serviceaccount` for
   * Kubernetes; a name that begins with `/` is a way into nested claims (RFC 6901).
   */
  readonly claims: TrustClaims
  /** The issuer's public keys, a JSON Web Key Set as text: for issuers that the server cannot reach. */
  readonly keySet?: string | undefined
  /** May a token sign in once only? It must then have a `jti`. Left out, yes for `github`, whose runners ask for a new token each time. */
  readonly once?: boolean | undefined
  /** How long what it gives is good: 60 to 3,600; 3,600 without it. */
  readonly lifetimeSeconds?: number | undefined
}

/** A trust as it is shown. */
export interface Trust {
  readonly id: Id
  readonly name: string
  readonly kind: TrustKind
  /** Name of the service account. */
  readonly serviceAccount: string
  readonly issuer: string
  readonly audience: string
  readonly claims: TrustClaims
  /**
   * Claims that were added when it was used first: ids of the repository and its owner. Names can be given up and taken by
   * somebody else; ids cannot.
   */
  readonly pinned: TrustClaims
  /** Were the issuer's keys given with it? Then none are fetched. */
  readonly hasKeySet: boolean
  readonly once: boolean
  readonly lifetimeSeconds: number
  readonly createdAt: string
  /** Name of the principal that made it. */
  readonly createdBy: string
}

/** Filters of a list of trusts. */
export interface TrustQuery {
  /** By name or id. */
  readonly serviceAccount?: string | undefined
}

/** An identity token to sign in with. */
export interface IdentityExchange {
  /** As the runner or the cluster gave it. */
  readonly token: string
  /** Name of the trust: needed where the token fits trusts of several service accounts. */
  readonly trust?: string | undefined
}
