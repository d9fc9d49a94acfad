/** What a trust may be: refuses one that would let in more than somebody. */
import { SottoError, shown, trustKinds } from '@sotto/sdk/model'
import type { TrustClaims, TrustInput, TrustKind } from '@sotto/sdk/model'
import { parseStrictObject } from '../../identity/strict-json.ts'
import { parseIssuer } from '../../identity/issuer-address.ts'
import { canonicalJson } from '../../store/canonical-json.ts'
import { githubIssuer, gitlabIssuer, knownKinds } from './trust-kinds.ts'
import type { KnownKind } from './trust-kinds.ts'

/** The checked parts of a trust. */
export interface TrustTerms {
  readonly kind: TrustKind
  readonly issuer: string
  readonly audience: string
  /** Canonical JSON. */
  readonly claims: string
  readonly keySet: string | null
  readonly once: boolean
  readonly lifetimeSeconds: number
}

const mostClaims = 16
const longestText = 512
const longestKeySet = 64 * 1024
const usualLifetimeSeconds = 3600

/** Throws `input_invalid`, naming all that is wrong with the claims at once. */
export function requireTerms(input: TrustInput): TrustTerms {
  const kind = trustKinds.find((known) => known === input.kind)
  if (kind === undefined) throw invalid(`kind ${shown(input.kind)} is not known`, `use ${trustKinds.join(', ')}`)
  const known = knownKinds[kind]
  const issuer = input.issuer ?? known.issuer
  if (issuer === undefined)
    throw invalid(`a trust of kind ${kind} needs the issuer of the tokens`, 'give the "iss" of a token, with --issuer')
  parseIssuer(issuer)
  requireOwnKind(kind, issuer)
  requireText('audience', input.audience)
  requireClaims(input.claims, kind, known)
  return {
    kind,
    issuer,
    audience: input.audience,
    claims: canonicalJson({ ...input.claims }),
    keySet: input.keySet === undefined ? null : requireKeySet(input.keySet),
    once: input.once ?? known.once,
    lifetimeSeconds: requireLifetime(input.lifetimeSeconds ?? usualLifetimeSeconds),
  }
}

/** Claims of a row. */
export function readClaims(text: string | null): TrustClaims {
  return text === null ? {} : (JSON.parse(text) as TrustClaims) // written by us, kept by the row's HMAC
}

/** All customers of these share an issuer, and their own kinds know what tells them apart. */
function requireOwnKind(kind: TrustKind, issuer: string): void {
  const host = new URL(issuer).hostname
  const own = { [new URL(githubIssuer).hostname]: 'github', [new URL(gitlabIssuer).hostname]: 'gitlab' }[host]
  if (own !== undefined && own !== kind)
    throw invalid(
      `tokens of ${host} are trusted by kind ${own}`,
      `sotto trust create ${own} NAME --for SERVICE_ACCOUNT`,
    )
}

function requireClaims(claims: TrustClaims, kind: TrustKind, known: KnownKind): void {
  const entries = Object.entries(claims)
  if (entries.length > mostClaims) throw invalid(`a trust has at most ${String(mostClaims)} claims`)
  for (const [name, text] of entries) {
    requireText('name of a claim', name)
    requireText(`claim ${shown(name)}`, text)
    if (kind === 'kubernetes' && !Object.hasOwn(known.paths, name) && name !== 'sub' && !name.startsWith('/'))
      throw invalid(
        `tokens of Kubernetes have no claim ${shown(name)}`,
        `use ${Object.keys(known.paths).join(', ')}, sub, or a way such as /kubernetes.io/pod/name`,
      )
  }
  const problems = entries.flatMap(([name, text]) => problemOf(name, text, known) ?? [])
  if (problems.length > 0) throw invalid(problems.join('; '))
  if (!known.namesSomebody(claims))
    throw invalid(
      `the trust would let in every ${kind === 'oidc' ? 'user of the issuer' : `workload of ${kind}`}`,
      `add ${known.needed}`,
    )
}

function problemOf(name: string, text: string, { identities }: KnownKind): string | undefined {
  const star = text.indexOf('*')
  if (star === -1) return undefined
  const claim = `claim ${shown(name)}`
  if (star !== text.length - 1) return `${claim} has a * inside: it stands for any end of a text, and only there`
  if (text === '*') return `${claim} is only a *, which every token fits: leave it out`
  if (/(?:^|[_/])u?id$/.test(name)) return `${claim} is an id, which is compared exactly`
  if (identities.includes(name) && !/[/:]\*$/.test(text))
    return `${claim} ends inside a name: ${shown(text)} also fits names of others that begin so; end it with / or : before the *`
  return undefined
}

function requireText(what: string, text: unknown): void {
  if (typeof text !== 'string' || text === '' || text.length > longestText)
    throw invalid(`${what} is not a text of 1 to ${String(longestText)} characters`)
  // Blanks at an end are a slip of the hand; what nobody sees could look like another text.
  if (text.trim() !== text || /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/.test(text))
    throw invalid(`${what} has blanks at an end, or characters that cannot be seen`)
  if (!text.isWellFormed()) throw invalid(`${what} is not well-formed Unicode`)
}

function requireKeySet(text: string): string {
  const keys = text.length > longestKeySet ? undefined : parseStrictObject(text)?.['keys']
  if (!Array.isArray(keys) || keys.length === 0)
    throw invalid('the key set is no JSON Web Key Set with keys in it', 'kubectl get --raw /openid/v1/jwks > keys.json')
  return text
}

function requireLifetime(seconds: number): number {
  if (Number.isInteger(seconds) && seconds >= 60 && seconds <= 3600) return seconds
  throw invalid('the lifetime of what a trust gives is 60 to 3,600 seconds')
}

function invalid(message: string, hint?: string): SottoError {
  return new SottoError('input_invalid', message, { hint })
}
