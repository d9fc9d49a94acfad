/**
 * Does an identity fit what a trust asks for? A text fits exactly, or as a beginning where it ends in `*`; nothing else is
 * special, so that no letter of a branch or a repository can mean anything.
 */
import { isJsonArray } from '@sotto/sdk/model'
import type { Json, JsonObject, TrustClaims } from '@sotto/sdk/model'

/** Claims under shorter names: the ways that they stand for. */
export type ClaimPaths = { readonly [name: string]: string }

/** Every claim must fit. */
export function claimsFit(claims: JsonObject, wanted: TrustClaims, paths: ClaimPaths): boolean {
  return Object.entries(wanted).every(([name, pattern]) => textFits(claimAt(claims, pathOf(name, paths)), pattern))
}

/**
 * The claim as text: of a list (groups) all items. Numbers and booleans are compared as they are written; a claim that is
 * not there, or is an object, has no text.
 */
export function claimTexts(claims: JsonObject, name: string, paths: ClaimPaths): readonly string[] {
  return textsOf(claimAt(claims, pathOf(name, paths)))
}

function pathOf(name: string, paths: ClaimPaths): string {
  return Object.hasOwn(paths, name) ? (paths[name] ?? name) : name
}

function textFits(claim: Json | undefined, pattern: string): boolean {
  return textsOf(claim).some((text) =>
    pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern,
  )
}

function textsOf(claim: Json | undefined): readonly string[] {
  if (claim === undefined || claim === null) return []
  if (isJsonArray(claim)) return claim.flatMap((item) => (isJsonArray(item) ? [] : textsOf(item)))
  return typeof claim === 'object' ? [] : [String(claim)]
}

/** A name is a member of the claims; one that begins with `/` leads further in (JSON Pointer, RFC 6901). */
function claimAt(claims: JsonObject, name: string): Json | undefined {
  if (!name.startsWith('/')) return memberOf(claims, name)
  let at: Json | undefined = claims
  for (const part of name.slice(1).split('/')) at = memberOf(at, part.replaceAll('~1', '/').replaceAll('~0', '~'))
  return at
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || isJsonArray(value)) return undefined
  return Object.hasOwn(value, name) ? value[name] : undefined
}
