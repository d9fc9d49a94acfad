/**
 * Signs in a runner or a workload by the identity token that its issuer gave it:
 *
 *     token -> trusts of its issuer -> verified (outside of any transaction) -> claims fit -> token of the service account
 *
 * Nobody is signed in yet, so every refusal is one and the same error, and takes half a second at least: it tells neither
 * which issuers and service accounts there are nor what was wrong. Why it was is told to our own log.
 */
import { createHash } from 'node:crypto'
import { SottoError, isId } from '@sotto/sdk/model'
import type { IdentityExchange, NewToken } from '@sotto/sdk/model'
import { IdentityRefused } from '../../identity/identity-verifier.ts'
import type { IdentityVerifier, VerifiedIdentity } from '../../identity/identity-verifier.ts'
import { canonicalJson } from '../../store/canonical-json.ts'
import { createId } from '../../store/id.ts'
import { principalTable, tokenTable } from '../../store/principals.ts'
import type { PrincipalRow, TokenRow } from '../../store/principals.ts'
import { Rows } from '../../store/rows.ts'
import type { Transaction } from '../../store/store.ts'
import { trustTable, usedIdentityTable } from '../../store/trusts.ts'
import type { TrustRow } from '../../store/trusts.ts'
import { workspaceTable } from '../../store/workspaces.ts'
import type { WorkspaceRow } from '../../store/workspaces.ts'
import type { ServiceParts } from '../parts.ts'
import { createTokenText } from '../principals/token-text.ts'
import { timeText } from '../time.ts'
import { claimsFit, claimTexts } from './claims.ts'
import { knownKinds } from './trust-kinds.ts'
import { readClaims } from './trust-rule.ts'
import { tokenNameOf } from './trusts.ts'

/** Where somebody wants to sign in. */
export interface ExchangePlace {
  /** Name or id. */
  readonly workspace: string
  /** Told why a token was refused: a word of ours, nothing of the token. */
  readonly refused?: ((why: string) => void) | undefined
  /** The least time of a refusal, in milliseconds. */
  readonly refusalMs?: number | undefined
}

const usualRefusalMs = 500

/**
 * What a trust gives is good for its lifetime, but not for long after the identity token itself: until that expires, or for
 * a quarter of an hour, whichever is later. Runners whose tokens live for minutes ask again.
 */
const graceMs = 15 * 60_000

/** Used tokens are forgotten so long after they have expired, beyond every difference of clocks. */
const forgetMs = 5 * 60_000
/** Of each exchange, so that it stays short. */
const forgottenAtOnce = 100

/** Throws `not_signed_in`, alike for whatever reason; `unsupported` where the server verifies no identities. */
export async function exchangeIdentity(
  parts: ServiceParts,
  input: IdentityExchange,
  place: ExchangePlace,
): Promise<NewToken> {
  const { identities } = parts
  if (identities === undefined)
    throw new SottoError('unsupported', 'this store signs nobody in by identity tokens: a server does')
  const least = new Promise<void>((resolve) => {
    setTimeout(resolve, place.refusalMs ?? usualRefusalMs).unref()
  })
  try {
    const candidates = await findTrusts(parts, identities.issuerOf(input.token), input.trust, place.workspace)
    const { trust, identity } = await chooseTrust(identities, input.token, candidates)
    return await parts.store.transaction((tx) => giveToken(parts, tx, { trust, identity }))
  } catch (error) {
    if (!(error instanceof IdentityRefused) && !(error instanceof Refusal)) throw error
    place.refused?.(error instanceof IdentityRefused ? error.problem : error.message)
    await least
    throw new SottoError('not_signed_in', 'the identity token does not sign in here', {
      hint: 'an administrator sees why in the log of the server; sotto trust list shows what is trusted',
    })
  }
}

/** Not told to the caller. */
class Refusal extends Error {}

async function findTrusts(
  parts: ServiceParts,
  issuer: string,
  name: string | undefined,
  workspace: string,
): Promise<readonly TrustRow[]> {
  const found = await parts.store.transaction(async (tx) => {
    await parts.keyring.refresh(tx)
    const rows = new Rows(tx, parts.keyring)
    const byId = isId(workspace)
    const place = await rows.find(workspaceTable, byId ? 'id = $1' : 'name = $1', [
      byId ? workspace.toLowerCase() : workspace,
    ])
    return rows.list(trustTable, 'WHERE workspace_id = $1 AND issuer = $2 ORDER BY name', [place?.id ?? '', issuer])
  })
  const named = name === undefined ? found : found.filter((trust) => trust.name === name)
  if (named.length === 0) throw new Refusal('no trust for its issuer')
  return named
}

interface Chosen {
  readonly trust: TrustRow
  readonly identity: VerifiedIdentity
}

/** Trusts of one issuer may have keys of their own; usually there is one set, and one verification. */
async function chooseTrust(identities: IdentityVerifier, token: string, trusts: readonly TrustRow[]): Promise<Chosen> {
  const bySet = Map.groupBy(trusts, (trust) => trust.key_set)
  const fitting: Chosen[] = []
  let problem: unknown
  for (const [keySet, group] of bySet) {
    const identity = await identities
      .verify(token, {
        issuer: group[0]?.issuer ?? '',
        audiences: group.map((trust) => trust.audience),
        keySet: keySet ?? undefined,
      })
      .catch((error: unknown) => {
        if (!(error instanceof IdentityRefused)) throw error
        problem = error
      })
    if (identity !== undefined)
      fitting.push(...group.filter((trust) => fits(trust, identity)).map((trust) => ({ trust, identity })))
  }
  const [first] = fitting
  if (first === undefined) throw problem instanceof IdentityRefused ? problem : new Refusal('its claims fit no trust')
  if (fitting.some(({ trust }) => trust.principal_id !== first.trust.principal_id))
    throw new Refusal('it fits trusts of several service accounts, and none was named')
  return first
}

function fits(trust: TrustRow, { claims }: VerifiedIdentity): boolean {
  const { paths } = knownKinds[kindOf(trust)]
  const wanted = { audience: { aud: trust.audience }, claims: readClaims(trust.claims), pins: readClaims(trust.pins) }
  return (
    claimsFit(claims, wanted.audience, {}) &&
    claimsFit(claims, wanted.claims, paths) &&
    claimsFit(claims, wanted.pins, paths)
  )
}

function kindOf({ kind }: TrustRow): keyof typeof knownKinds {
  return kind as keyof typeof knownKinds // written by ourselves, kept by the row's HMAC
}

/** All that was found is looked at again: it may have changed while the token was verified. */
async function giveToken(parts: ServiceParts, tx: Transaction, { trust: found, identity }: Chosen): Promise<NewToken> {
  await parts.keyring.refresh(tx)
  const rows = new Rows(tx, parts.keyring)
  const nowMs = parts.clock()
  const trust = await rows.find(trustTable, 'id = $1', [found.id])
  if (trust === undefined || !fits(trust, identity)) throw new Refusal('its claims fit no trust')
  const principal = await rows.find(principalTable, 'id = $1', [trust.principal_id])
  if (principal === undefined || principal.disabled_at !== null || principal.deleted_at !== null)
    throw new Refusal('its service account is disabled')
  await useOnce(rows, trust, identity, nowMs)
  const pinned = await pinIds(rows, trust, identity)
  const text = createTokenText('service', parts.random)
  const token: TokenRow = {
    id: createId(nowMs, parts.random),
    kind: 'service',
    principal_id: principal.id,
    workspace_id: trust.workspace_id,
    name: tokenNameOf(trust),
    lookup: parts.keyring.current.tokenMac([text]).toString('hex'),
    parent_id: null,
    created_by: principal.id,
    created_at: nowMs,
    expires_at: Math.min(nowMs + trust.lifetime_seconds * 1000, Math.max(identity.expiresAtMs, nowMs + graceMs)),
    revoked_at: null,
    attempt_id: null,
  }
  await rows.insert(tokenTable, token)
  const workspace = await rows.find(workspaceTable, 'id = $1', [trust.workspace_id])
  parts.chain.append(tx, {
    occurred_at: nowMs,
    principal_id: principal.id,
    principal: principal.name,
    os_user: `token ${token.id}`,
    operation: 'exchangeIdentity',
    outcome: 'done',
    object: `trust ${trust.name}`,
    object_id: trust.id,
    detail: canonicalJson({
      token: token.id,
      subject: identity.subject,
      expiresAt: timeText(token.expires_at),
      ...(pinned.length === 0 ? {} : { pinned }),
      rows: rows.takeWritten(),
    }),
  })
  return shownToken(token, { principal, workspace, text })
}

/** The database forbids the second row of a token, also when a hundred requests bring it at the same instant. */
async function useOnce(rows: Rows, trust: TrustRow, identity: VerifiedIdentity, nowMs: number): Promise<void> {
  if (trust.once === 0) return
  if (identity.tokenId === undefined) throw new Refusal('it has no jti, and the trust takes each token once')
  const digest = createHash('sha256')
    .update(JSON.stringify([identity.issuer, identity.tokenId]))
    .digest('hex')
  if ((await rows.find(usedIdentityTable, 'digest = $1', [digest])) !== undefined)
    throw new Refusal('it was used before')
  const old = `WHERE expires_at < $1 LIMIT ${String(forgottenAtOnce)}`
  for (const row of await rows.list(usedIdentityTable, old, [nowMs - forgetMs]))
    await rows.delete(usedIdentityTable, row)
  await rows.insert(usedIdentityTable, { digest, expires_at: identity.expiresAtMs })
}

/** At the first use: gives the claims that were added, as `name=text`. */
async function pinIds(rows: Rows, trust: TrustRow, { claims }: VerifiedIdentity): Promise<readonly string[]> {
  if (trust.pins !== null) return []
  const { idsToPin, paths } = knownKinds[kindOf(trust)]
  const given = readClaims(trust.claims)
  const added = new Map<string, string>()
  for (const id of idsToPin(given)) {
    const [text] = claimTexts(claims, id, paths)
    if (text !== undefined && given[id] === undefined) added.set(id, text)
  }
  if (added.size === 0) return []
  await rows.update(trustTable, { ...trust, pins: canonicalJson(Object.fromEntries(added)) })
  return Array.from(added, ([name, text]) => `${name}=${text}`)
}

function shownToken(
  row: TokenRow,
  more: { readonly principal: PrincipalRow; readonly workspace: WorkspaceRow | undefined; readonly text: string },
): NewToken {
  return {
    id: row.id,
    kind: 'service',
    name: row.name,
    principal: more.principal.name,
    ...(more.workspace === undefined ? {} : { workspace: more.workspace.name }),
    createdAt: timeText(row.created_at),
    createdBy: more.principal.name,
    expiresAt: timeText(row.expires_at),
    text: more.text,
  }
}
