/**
 * Tokens: by which programs are known. Who can make one for a principal can act as it, so nobody makes one for a user but
 * the user itself, and for a service account whoever manages it.
 */
import { SottoError, requireName, shown } from '@sotto/sdk/model'
import type { NewToken, Page, Token, TokenInput, TokenKind } from '@sotto/sdk/model'
import { principalTable, tokenTable } from '../../store/principals.ts'
import type { PrincipalRow, TokenRow } from '../../store/principals.ts'
import type { Call } from '../call.ts'
import { Conditions } from '../conditions.ts'
import { pageLimit, pageStart, toPage } from '../cursor.ts'
import type { Handlers } from '../door.ts'
import { principalName } from '../secrets/secret-description.ts'
import { parseTime, timeText } from '../time.ts'
import { getPrincipal, principalAccess, workspaceName } from './principal-lookup.ts'
import { createTokenText } from './token-text.ts'

const dayMs = 24 * 3_600_000
const usualLifeMs = 90 * dayMs
const longestLifeMs = 366 * dayMs

export const tokenHandlers: Handlers<'createToken' | 'listTokens' | 'revokeToken'> = {
  createToken,

  listTokens: async (call, query): Promise<Page<Token>> => {
    const owner = await getOwner(call, query.principal)
    const conditions = new Conditions()
    conditions.equals('principal_id', owner.id)
    if (query.all !== true) conditions.add('revoked_at IS NULL AND expires_at > ?', call.nowMs)
    conditions.behind(['id'], 'descending', pageStart(call, query))
    const clauses = `${conditions.where} ORDER BY id DESC LIMIT ${String(pageLimit(query) + 1)}`
    return toPage(call, query, {
      rows: await call.rows.list(tokenTable, clauses, conditions.params),
      positionOf: (row) => [row.id],
      describe: (row) => describeToken(call, row),
    })
  },

  revokeToken: async (call, { token: id }) => {
    call.ask(`token ${id}`)
    const row = await call.rows.find(tokenTable, 'id = $1', [id.toLowerCase()])
    const owner = await call.rows.find(principalTable, 'id = $1', [row?.principal_id ?? ''])
    const visible = call.may({ kind: 'principal', name: owner?.name ?? '' }, 'describe')
    const ofWorkspace = owner?.workspace_id === null || owner?.workspace_id === call.workspaceId
    if (row === undefined || owner === undefined || !visible || !ofWorkspace)
      throw new SottoError('token_not_found', `there is no token ${shown(id)}`)
    if (owner.id !== call.principal.id) call.require(principalAccess(owner, 'manage'), 'manage')
    const revoked = await revoke(call, row)
    call.event({ object: `${owner.kind} ${owner.name}`, objectId: row.id, detail: { token: row.name } })
    return describeToken(call, revoked)
  },
}

async function createToken(call: Call, input: TokenInput): Promise<NewToken> {
  requireName('token', input.name)
  const owner = await getOwner(call, input.principal)
  const isService = owner.kind === 'service-account'
  if (!isService && owner.id !== call.principal.id)
    throw new SottoError('forbidden', `nobody but ${owner.name} makes tokens for ${owner.name}`, {
      hint: 'make a service account for a program: sotto service-account create NAME',
    })
  const maker = requireMaker(call.token)
  const text = createTokenText(isService ? 'service' : 'user', call.parts.random)
  const limited = isService || input.thisWorkspace === true || (maker !== undefined && maker.workspace_id !== null)
  const row: TokenRow = {
    id: call.newId(),
    kind: isService ? 'service' : 'user',
    principal_id: owner.id,
    workspace_id: limited ? call.workspaceId : null,
    name: input.name,
    lookup: call.parts.keyring.current.tokenMac([text]).toString('hex'),
    parent_id: maker?.id ?? null,
    created_by: call.principal.id,
    created_at: call.nowMs,
    expires_at: expiryOf(call, input, maker),
    revoked_at: null,
    attempt_id: null,
  }
  await call.rows.insert(tokenTable, row)
  const detail = { token: row.name, expiresAt: timeText(row.expires_at) }
  call.event({ object: `${owner.kind} ${owner.name}`, objectId: row.id, detail })
  return { ...(await describeToken(call, row)), text }
}

export async function describeToken(call: Call, row: TokenRow): Promise<Token> {
  return {
    id: row.id,
    kind: row.kind as TokenKind, // written by ourselves, kept by the row's HMAC
    name: row.name,
    principal: await principalName(call, row.principal_id),
    ...(row.workspace_id === null ? {} : { workspace: await workspaceName(call, row.workspace_id) }),
    createdAt: timeText(row.created_at),
    createdBy: await principalName(call, row.created_by),
    expiresAt: timeText(row.expires_at),
    ...(row.revoked_at === null ? {} : { revokedAt: timeText(row.revoked_at) }),
  }
}

/** Makes every token of the principal void. */
export async function revokeTokensOf(call: Call, principal: PrincipalRow): Promise<void> {
  const rows = await call.rows.list(tokenTable, 'WHERE principal_id = $1 AND revoked_at IS NULL', [principal.id])
  for (const row of rows) await revoke(call, row)
}

/** Makes every token of the store void: those who know the keys could have made them. */
export async function revokeAllTokens(call: Call): Promise<void> {
  for (const row of await call.rows.list(tokenTable, 'WHERE revoked_at IS NULL', []))
    await call.rows.update(tokenTable, { ...row, revoked_at: call.nowMs })
}

/** With those that were made with it: whoever found it may have made them. */
async function revoke(call: Call, row: TokenRow): Promise<TokenRow> {
  const revoked = { ...row, revoked_at: row.revoked_at ?? call.nowMs }
  await call.rows.update(tokenTable, revoked)
  const made = await call.rows.list(tokenTable, 'WHERE parent_id = $1 AND revoked_at IS NULL', [row.id])
  for (const child of made) await revoke(call, child)
  return revoked
}

/** One's own tokens are one's own business. */
function getOwner(call: Call, principal: string | undefined): Promise<PrincipalRow> {
  const own = principal === undefined || principal === call.principal.name || principal === call.principal.id
  return getPrincipal(call, principal, own ? 'describe' : 'manage')
}

/**
 * The token that limits what is made with it. Signing in is how a person proves to be there, so what is made in a session
 * outlives it, and does not end with it.
 */
function requireMaker(token: TokenRow | undefined): TokenRow | undefined {
  if (token?.kind === 'attempt') throw new SottoError('forbidden', 'a step of a run makes no tokens')
  return token?.kind === 'session' ? undefined : token
}

function expiryOf(call: Call, { expiresAt }: TokenInput, maker: TokenRow | undefined): number {
  const latest = Math.min(call.nowMs + longestLifeMs, maker?.expires_at ?? Number.POSITIVE_INFINITY)
  if (expiresAt === undefined) return Math.min(call.nowMs + usualLifeMs, latest)
  const given = parseTime('expiresAt', expiresAt)
  if (given > call.nowMs && given <= latest) return given
  throw new SottoError('input_invalid', `a token made now may expire until ${timeText(latest)}`, {
    hint:
      maker === undefined
        ? 'a token lives for at most 366 days: make another one in time'
        : 'it does not outlive the token that it is made with',
  })
}
