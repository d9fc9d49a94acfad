/** A JSON Web Key Set (RFC 7517) of an issuer: which of its keys may have signed a token. */
import type { JWK } from 'jose'
import { isJsonArray } from '@sotto/sdk/model'
import type { Json, JsonObject } from '@sotto/sdk/model'
import { parseStrictObject } from './strict-json.ts'

/** The largest sets in the wild hold 20. */
const mostKeys = 100

/** A public key as its issuer published it. */
export interface PublishedKey {
  readonly keyId: string | undefined
  readonly jwk: JWK
}

/** The type, and for elliptic curves the curve, of the key that an algorithm needs (RFC 7518, RFC 8037). */
const needs: { readonly [algorithm: string]: { readonly kty: string; readonly crv?: string } } = {
  RS256: { kty: 'RSA' },
  RS384: { kty: 'RSA' },
  RS512: { kty: 'RSA' },
  PS256: { kty: 'RSA' },
  PS384: { kty: 'RSA' },
  PS512: { kty: 'RSA' },
  ES256: { kty: 'EC', crv: 'P-256' },
  ES384: { kty: 'EC', crv: 'P-384' },
  ES512: { kty: 'EC', crv: 'P-521' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
  Ed25519: { kty: 'OKP', crv: 'Ed25519' },
}

/** The keys of the set that can be one of ours; `undefined` where it is no key set. Keys of other kinds are left out. */
export function readKeySet(set: JsonObject): readonly PublishedKey[] | undefined {
  const { keys } = set
  if (keys === undefined || !isJsonArray(keys) || keys.length > mostKeys) return undefined
  return keys.flatMap((key) => readKey(key) ?? [])
}

/** The same from a text. */
export function parseKeySet(text: string): readonly PublishedKey[] | undefined {
  const set = parseStrictObject(text)
  return set === undefined ? undefined : readKeySet(set)
}

/** A shared key (`oct`), one for encryption, or one whose private half was published, signs nothing for us. */
function readKey(key: Json): PublishedKey | undefined {
  if (typeof key !== 'object' || key === null || isJsonArray(key)) return undefined
  const { kty, kid, use, key_ops: uses, d } = key
  if (kty !== 'RSA' && kty !== 'EC' && kty !== 'OKP') return undefined
  if (d !== undefined || (use !== undefined && use !== 'sig')) return undefined
  if (uses !== undefined && !(isJsonArray(uses) && uses.includes('verify'))) return undefined
  if (kid !== undefined && typeof kid !== 'string') return undefined
  return { keyId: kid, jwk: key } // checked by jose when it is imported
}

/**
 * The one key of the set that fits. `undefined` where there is none, or several: which of them is meant would then be
 * left to the token.
 */
export function findKey(
  keys: readonly PublishedKey[],
  { algorithm, keyId }: { readonly algorithm: string; readonly keyId: string | undefined },
): PublishedKey | undefined {
  const need = needs[algorithm]
  const fitting = keys.filter(
    ({ keyId: published, jwk }) =>
      (keyId === undefined || published === keyId) &&
      need !== undefined &&
      jwk.kty === need.kty &&
      (need.crv === undefined || jwk.crv === need.crv) &&
      (jwk.alg === undefined || jwk.alg === algorithm),
  )
  return fitting.length === 1 ? fitting[0] : undefined
}
