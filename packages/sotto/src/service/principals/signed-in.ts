/**
 * Who calls, and whether the caller still may. A credential is looked up once (`authenticate`); every call of the door
 * looks again, in its own transaction, at the token and the principal by their ids: so a token that was revoked, or a
 * principal that was disabled, is refused from the next call on, wherever it was signed in.
 *
 * Unknown, revoked, expired, of a disabled principal, for another workspace: all are refused by the same words after the
 * same statements.
 */
import { SottoError, isId } from '@sotto/sdk/model'
import { principalTable, tokenTable } from '../../store/principals.ts'
import type { PrincipalRow, TokenRow } from '../../store/principals.ts'
import { Rows } from '../../store/rows.ts'
import { workspaceTable } from '../../store/workspaces.ts'
import type { Actor, ServiceParts } from '../parts.ts'
import { readTokenKind } from './token-text.ts'

/** Where a caller wants to act. */
export interface SignInPlace {
  /** Name or id of a workspace. */
  readonly workspace: string
}

/**
 * Who the credential stands for. Throws `not_signed_in`; and `workspace_not_found` to whoever came with a good one that is
 * for every workspace, where the workspace is not there or he has no right in it.
 */
export function authenticate(parts: ServiceParts, credential: string, { workspace }: SignInPlace): Promise<Actor> {
  const kind = readTokenKind(credential)
  if (kind === undefined) return Promise.reject(notSignedIn())
  return parts.store.transaction(async (tx) => {
    await parts.keyring.refresh(tx)
    const rows = new Rows(tx, parts.keyring)
    const lookup = parts.keyring.current.tokenMac([credential]).toString('hex')
    const token = await rows.find(tokenTable, 'lookup = $1', [lookup])
    const principal = await rows.find(principalTable, 'id = $1', [token?.principal_id ?? ''])
    const found = await rows.find(workspaceTable, isId(workspace) ? 'id = $1' : 'name = $1', [
      isId(workspace) ? workspace.toLowerCase() : workspace,
    ])
    const nowMs = parts.clock()
    const actor = {
      principalId: token?.principal_id ?? '',
      workspaceId: found?.id ?? '',
      osUser: `token ${token?.id ?? ''}`,
      tokenId: token?.id ?? '',
    }
    if (principal === undefined || token?.kind !== kind || !isGood({ actor, token, principal, nowMs }))
      throw notSignedIn()
    const access = (await parts.access.load(rows, actor.workspaceId, [principal])).get(principal.id)
    if (found === undefined || access?.enters !== true) throw workspaceNotFound()
    return actor
  })
}

/** The caller's principal and token, as they are now. Throws `not_signed_in`. */
export async function requireSignedIn(
  rows: Rows,
  actor: Actor,
  nowMs: number,
): Promise<{ readonly principal: PrincipalRow; readonly token: TokenRow | undefined }> {
  const token = actor.tokenId === undefined ? undefined : await rows.find(tokenTable, 'id = $1', [actor.tokenId])
  const principal = await rows.find(principalTable, 'id = $1', [actor.principalId])
  if (principal === undefined || !isGood({ actor, token, principal, nowMs })) throw notSignedIn()
  return { principal, token }
}

interface SignedIn {
  readonly actor: Actor
  readonly token: TokenRow | undefined
  readonly principal: PrincipalRow | undefined
  readonly nowMs: number
}

function isGood({ actor, token, principal, nowMs }: SignedIn): boolean {
  if (principal === undefined || principal.disabled_at !== null || principal.deleted_at !== null) return false
  if (actor.tokenId === undefined) return true
  return (
    token !== undefined &&
    token.principal_id === principal.id &&
    token.revoked_at === null &&
    nowMs < token.expires_at &&
    (token.workspace_id === null || token.workspace_id === actor.workspaceId)
  )
}

/** One that is not there, and one in which the caller has no right: both look alike. */
export function workspaceNotFound(): SottoError {
  return new SottoError('workspace_not_found', 'there is no such workspace, or you have no right in it')
}

function notSignedIn(): SottoError {
  return new SottoError(
    'not_signed_in',
    'the credential is not good here: unknown, expired, revoked, or for another workspace',
  )
}
