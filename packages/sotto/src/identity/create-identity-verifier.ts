/** Verifies identity tokens: see `identity-verifier.ts`. */
import type { Json, JsonObject } from '@sotto/sdk/model'
import { isJsonArray } from '@sotto/sdk/model'
import { fetchDocument } from './fetch-document.ts'
import { IdentityRefused } from './identity-verifier.ts'
import type { ExpectedIdentity, IdentityVerifier, VerifiedIdentity } from './identity-verifier.ts'
import { IssuerKeys } from './issuer-keys.ts'
import type { WantedKey } from './issuer-keys.ts'
import { findKey, parseKeySet } from './key-set.ts'
import type { PublishedKey } from './key-set.ts'
import { readToken } from './read-token.ts'
import type { UnverifiedToken } from './read-token.ts'

/** How far the clock of an issuer may be from ours. Seconds. */
const clockSkewSeconds = 30

/** A token older than this is refused, however long its issuer lets it live. Seconds. */
const oldestSeconds = 24 * 60 * 60

export interface IdentityVerifierOptions {
  /** UTC milliseconds. */
  readonly clock: () => number
  /** How documents of issuers are fetched. */
  readonly fetch?: typeof fetchDocument | undefined
}

export function createIdentityVerifier({ clock, fetch = fetchDocument }: IdentityVerifierOptions): IdentityVerifier {
  const keys = new IssuerKeys({ clock, fetch })
  return {
    issuerOf: (token) => readToken(token).issuer,
    verify: async (token, expected) => {
      const read = readToken(token)
      // Before anything is fetched: issuer and audience of a token that is not for us cost no request.
      if (read.issuer !== expected.issuer) throw new IdentityRefused('wrong issuer')
      requireAudience(read.claims, expected.audiences)
      const times = requireTimes(read.claims, clock())
      await requireSignature(token, read, await keyFor(expected, read, keys))
      if (expected.nonce !== undefined && read.claims['nonce'] !== expected.nonce)
        throw new IdentityRefused('wrong nonce')
      return identityOf(read, times)
    },
  }
}

function keyFor(expected: ExpectedIdentity, wanted: WantedKey, keys: IssuerKeys): Promise<PublishedKey> | PublishedKey {
  if (expected.keySet === undefined) return keys.find(expected.issuer, wanted)
  const key = findKey(parseKeySet(expected.keySet) ?? [], wanted)
  if (key === undefined) throw new IdentityRefused('no key')
  return key
}

async function requireSignature(token: string, { algorithm }: UnverifiedToken, { jwk }: PublishedKey): Promise<void> {
  const { compactVerify, importJWK } = await import('jose')
  try {
    const key = await importJWK({ ...jwk, alg: algorithm }, algorithm)
    await compactVerify(token, key, { algorithms: [algorithm] })
  } catch {
    throw new IdentityRefused('bad signature')
  }
}

/** `aud` is one audience or a list of them (RFC 7519, section 4.1.3). */
function requireAudience({ aud }: JsonObject, audiences: readonly string[]): void {
  const named = aud !== undefined && isJsonArray(aud) ? aud : [aud]
  if (named.length === 0 || named.length > 32 || named.some((each) => typeof each !== 'string' || each === ''))
    throw new IdentityRefused('malformed')
  if (!named.some((each) => typeof each === 'string' && audiences.includes(each)))
    throw new IdentityRefused('wrong audience')
}

interface Times {
  readonly issuedAtMs: number
  readonly expiresAtMs: number
}

function requireTimes({ iat, exp, nbf }: JsonObject, nowMs: number): Times {
  const skewMs = clockSkewSeconds * 1000
  const issuedAtMs = milliseconds(iat)
  const expiresAtMs = milliseconds(exp)
  if (nowMs >= expiresAtMs + skewMs) throw new IdentityRefused('expired')
  if (issuedAtMs > nowMs + skewMs) throw new IdentityRefused('not yet valid')
  if (nbf !== undefined && milliseconds(nbf) > nowMs + skewMs) throw new IdentityRefused('not yet valid')
  if (nowMs - issuedAtMs > oldestSeconds * 1000) throw new IdentityRefused('too old')
  return { issuedAtMs, expiresAtMs }
}

/** NumericDate: seconds, possibly with a fraction. Required where it is asked for. */
function milliseconds(value: Json | undefined): number {
  const ms = typeof value === 'number' ? Math.floor(value * 1000) : Number.NaN
  if (!Number.isSafeInteger(ms) || ms < 0) throw new IdentityRefused('malformed')
  return ms
}

function identityOf({ claims, issuer }: UnverifiedToken, times: Times): VerifiedIdentity {
  const { sub, jti } = claims
  if (typeof sub !== 'string' || sub === '' || sub.length > 512) throw new IdentityRefused('malformed')
  if (jti !== undefined && (typeof jti !== 'string' || jti === '' || jti.length > 512))
    throw new IdentityRefused('malformed')
  return { issuer, subject: sub, claims, tokenId: jti, ...times }
}
