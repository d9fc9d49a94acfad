/**
 * Trusts: whose identity tokens sign in as a service account. Who makes one can act as the service account, by a token of
 * an issuer of their choice; so it takes the right to manage it, as making a token for it does.
 */
import { SottoError, isId, requireName, shown } from '@sotto/sdk/model'
import type { Trust, TrustInput, TrustKind, TrustQuery } from '@sotto/sdk/model'
import { principalTable, tokenTable } from '../../store/principals.ts'
import type { PrincipalRow } from '../../store/principals.ts'
import { trustTable } from '../../store/trusts.ts'
import type { TrustRow } from '../../store/trusts.ts'
import type { Call } from '../call.ts'
import type { Handlers } from '../door.ts'
import { getServiceAccount, principalAccess } from '../principals/principal-lookup.ts'
import { principalName } from '../secrets/secret-description.ts'
import { timeText } from '../time.ts'
import { readClaims, requireTerms } from './trust-rule.ts'

/** A workspace with more has a program that makes them. */
const mostTrusts = 1000

export const trustHandlers: Handlers<'createTrust' | 'listTrusts' | 'deleteTrust'> = {
  createTrust,
  listTrusts,
  deleteTrust,
}

async function createTrust(call: Call, input: TrustInput): Promise<Trust> {
  const name = requireName('trust', input.name)
  const owner = await getServiceAccount(call, input.serviceAccount)
  const { kind, issuer, audience, claims, keySet, once, lifetimeSeconds } = requireTerms(input)
  const present = await call.rows.list(trustTable, 'WHERE workspace_id = $1', [call.workspaceId])
  if (present.some((trust) => trust.name === name))
    throw new SottoError('trust_exists', `there is a trust ${shown(name)} already`)
  if (present.length >= mostTrusts)
    throw new SottoError('input_invalid', `a workspace has at most ${String(mostTrusts)} trusts`)
  const row: TrustRow = {
    id: call.newId(),
    workspace_id: call.workspaceId,
    name,
    kind,
    principal_id: owner.id,
    issuer,
    audience,
    claims,
    pins: null,
    key_set: keySet,
    once: once ? 1 : 0,
    lifetime_seconds: lifetimeSeconds,
    author: call.principal.id,
    created_at: call.nowMs,
  }
  await call.rows.insert(trustTable, row)
  call.event(eventOf(row, owner))
  return describeTrust(call, row)
}

/** Of the service accounts that the caller may describe, by name. */
async function listTrusts(call: Call, query: TrustQuery): Promise<{ readonly trusts: readonly Trust[] }> {
  const wanted = query.serviceAccount === undefined ? undefined : await getServiceAccount(call, query.serviceAccount)
  if (wanted === undefined) {
    call.ask('trusts')
    call.visibleNames('principal') // refuses those who may describe nobody
  }
  const rows = await call.rows.list(trustTable, 'WHERE workspace_id = $1 ORDER BY name', [call.workspaceId])
  const trusts: Trust[] = []
  for (const row of rows) {
    const account = await getAccount(call, row)
    if (wanted === undefined ? call.may(principalAccess(account, 'describe'), 'describe') : account.id === wanted.id)
      trusts.push(await describeTrust(call, row))
  }
  return { trusts }
}

/** With what it gave: those who signed in by it are signed out. */
async function deleteTrust(call: Call, { trust: text }: { readonly trust: string }): Promise<Trust> {
  call.ask(`trust ${text}`)
  const row = isId(text)
    ? await call.rows.find(trustTable, 'id = $1', [text.toLowerCase()])
    : await call.rows.find(trustTable, 'workspace_id = $1 AND name = $2', [call.workspaceId, text])
  const owner = row === undefined ? undefined : await getAccount(call, row)
  const visible = call.may(
    owner === undefined ? { kind: 'principal', name: text } : principalAccess(owner, 'describe'),
    'describe',
  )
  if (row === undefined || row.workspace_id !== call.workspaceId || owner === undefined || !visible)
    throw new SottoError('trust_not_found', `there is no trust ${shown(text)}`)
  call.require(principalAccess(owner, call.right))
  const described = await describeTrust(call, row)
  await removeTrust(call, row)
  call.event(eventOf(row, owner))
  return described
}

/** Those of a service account that goes. */
export async function deleteTrustsOf(call: Call, principal: PrincipalRow): Promise<void> {
  for (const row of await call.rows.list(trustTable, 'WHERE principal_id = $1', [principal.id]))
    await call.rows.delete(trustTable, row)
}

async function removeTrust(call: Call, row: TrustRow): Promise<void> {
  await call.rows.delete(trustTable, row)
  const given = await call.rows.list(
    tokenTable,
    'WHERE principal_id = $1 AND name = $2 AND revoked_at IS NULL AND expires_at > $3',
    [row.principal_id, tokenNameOf(row), call.nowMs],
  )
  for (const token of given) await call.rows.update(tokenTable, { ...token, revoked_at: call.nowMs })
}

/** The name of tokens that a trust gives. Nobody can give a token such a name, since names have no colon. */
export function tokenNameOf({ name }: Pick<TrustRow, 'name'>): string {
  return `trust:${name}`
}

async function describeTrust(call: Call, row: TrustRow): Promise<Trust> {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind as TrustKind, // written by ourselves, kept by the row's HMAC
    serviceAccount: (await getAccount(call, row)).name,
    issuer: row.issuer,
    audience: row.audience,
    claims: readClaims(row.claims),
    pinned: readClaims(row.pins),
    hasKeySet: row.key_set !== null,
    once: row.once === 1,
    lifetimeSeconds: row.lifetime_seconds,
    createdAt: timeText(row.created_at),
    createdBy: await principalName(call, row.author),
  }
}

/** A trust goes with its service account, so that one is there. */
async function getAccount(call: Call, { name, principal_id: id }: TrustRow): Promise<PrincipalRow> {
  const account = await call.rows.find(principalTable, 'id = $1', [id])
  if (account !== undefined) return account
  throw new SottoError('row_altered', `the service account of trust ${shown(name)} was taken away outside of Sotto`, {
    hint: 'find out who can write the database; restore a backup: sotto help altered',
    details: { table: 'principal', id },
  })
}

function eventOf(row: TrustRow, owner: PrincipalRow): Parameters<Call['event']>[0] {
  const claims = Object.entries(readClaims(row.claims)).map(([name, text]) => `${name}=${text}`)
  const detail = { serviceAccount: owner.name, issuer: row.issuer, audience: row.audience, claims }
  return { object: `trust ${row.name}`, objectId: row.id, detail }
}
