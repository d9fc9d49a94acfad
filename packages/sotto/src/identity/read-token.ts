/** The shape of a signed JSON Web Token, before any key is asked: everything that can be refused without one. */
import type { Json, JsonObject } from '@sotto/sdk/model'
import { IdentityRefused } from './identity-verifier.ts'
import { parseStrictObject } from './strict-json.ts'

/** A token of a CI service is 1 to 3 KiB long, one with many groups in it 8. */
const mostTokenBytes = 16 * 1024

/**
 * Signatures by a private key only. `none` and the HMACs (`HS256`: key confusion, the public key taken for a shared one)
 * are not among them, whatever the key set says.
 */
const algorithms: readonly string[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]

/**
 * Members of a header that say where the key is or change what the token means. A key comes from the issuer's own set or
 * not at all (`jwk`, `jku`, `x5u`, `x5c`), and we know no critical extension.
 */
const refusedMembers = ['jwk', 'jku', 'x5u', 'x5c', 'x5t', 'crit', 'b64', 'zip', 'enc', 'p2c', 'p2s']

export interface UnverifiedToken {
  readonly algorithm: string
  readonly keyId: string | undefined
  readonly claims: JsonObject
  readonly issuer: string
}

/** Reads a compact token without believing it. Throws `IdentityRefused`. */
export function readToken(token: string): UnverifiedToken {
  if (token.length > mostTokenBytes) throw new IdentityRefused('malformed')
  const parts = token.split('.')
  const [header, claims, signature] = parts
  if (parts.length !== 3 || header === undefined || claims === undefined || signature === undefined)
    throw new IdentityRefused('malformed')
  const { algorithm, keyId } = readHeader(objectIn(header))
  if (decode(signature).length === 0) throw new IdentityRefused('malformed')
  const read = objectIn(claims)
  const issuer = read['iss']
  if (typeof issuer !== 'string' || issuer === '' || issuer.length > 512) throw new IdentityRefused('malformed')
  return { algorithm, keyId, claims: read, issuer }
}

function readHeader(header: JsonObject): { algorithm: string; keyId: string | undefined } {
  const { alg, kid, typ } = header
  if (typeof alg !== 'string') throw new IdentityRefused('malformed')
  if (!algorithms.includes(alg)) throw new IdentityRefused('algorithm not allowed')
  if (refusedMembers.some((member) => Object.hasOwn(header, member))) throw new IdentityRefused('header not allowed')
  if (!isIdentityType(typ)) throw new IdentityRefused('header not allowed')
  // It is only compared with the names in a key set, never opened, fetched or looked up as a path.
  if (kid !== undefined && (typeof kid !== 'string' || kid === '' || kid.length > 256))
    throw new IdentityRefused('header not allowed')
  return { algorithm: alg, keyId: kid }
}

/** An access token (`at+jwt`, RFC 9068) or a logout token of the same issuer proves no identity to us. */
function isIdentityType(typ: Json | undefined): boolean {
  return typ === undefined || (typeof typ === 'string' && /^(application\/)?jwt$/i.test(typ))
}

function objectIn(part: string): JsonObject {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(decode(part))
  } catch {
    throw new IdentityRefused('malformed')
  }
  const object = parseStrictObject(text)
  if (object === undefined) throw new IdentityRefused('malformed')
  return object
}

/** Strict: Buffer alone skips what is no base64url, so that many texts would mean the same token. */
function decode(part: string): Buffer {
  const bytes = Buffer.from(part, 'base64url')
  if (bytes.toString('base64url') !== part) throw new IdentityRefused('malformed')
  return bytes
}
