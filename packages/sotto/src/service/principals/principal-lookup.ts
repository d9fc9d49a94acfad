/** The one lookup of principals: by id when the text is shaped like one, else by exact name. */
import { SottoError, isId, shown } from '@sotto/sdk/model'
import type { Principal, PrincipalKind, Right } from '@sotto/sdk/model'
import { principalTable } from '../../store/principals.ts'
import type { PrincipalRow } from '../../store/principals.ts'
import { workspaceTable } from '../../store/workspaces.ts'
import type { AccessObject } from '../access.ts'
import type { Call } from '../call.ts'
import { readLabels } from '../labels.ts'
import { timeText } from '../time.ts'

/** What is asked for when rights on the principal are looked at. */
export function principalAccess(row: Pick<PrincipalRow, 'name' | 'workspace_id'>, right: Right): AccessObject {
  // Users are seen in every workspace that they might be in, but what is done to one is done everywhere.
  return { kind: 'principal', name: row.name, ofStore: row.workspace_id === null && right !== 'describe' }
}

/**
 * The principal, or the caller where none is named; without a right, that of the operation. A service account of another
 * workspace is not found. Throws `principal_not_found`, and `forbidden` for a right that a caller who may describe it lacks.
 */
export async function getPrincipal(
  call: Call,
  text: string = call.principal.id,
  right: Right = call.right,
): Promise<PrincipalRow> {
  call.ask(`principal ${text}`)
  const row = await call.rows.find(
    principalTable,
    isId(text) ? 'id = $1 AND deleted_at IS NULL' : 'name = $1 AND deleted_at IS NULL',
    [isId(text) ? text.toLowerCase() : text],
  )
  const visible = call.may({ kind: 'principal', name: row?.name ?? text }, 'describe')
  if (row === undefined || !visible || !isOfWorkspace(call, row)) throw principalNotFound(text)
  call.require(principalAccess(row, right), right)
  return row
}

/** As `getPrincipal`, for service accounts alone. */
export async function getServiceAccount(call: Call, text: string, right?: Right): Promise<PrincipalRow> {
  const row = await getPrincipal(call, text, right)
  if (row.kind === 'service-account') return row
  throw new SottoError('principal_not_found', `${shown(text)} is a user, not a service account`, {
    hint: 'sotto service-account list',
  })
}

export async function describePrincipal(call: Call, row: PrincipalRow): Promise<Principal> {
  const { workspace_id: workspaceId } = row
  return {
    id: row.id,
    kind: row.kind as PrincipalKind, // written by ourselves, kept by the row's HMAC
    name: row.name,
    description: row.description ?? '',
    labels: readLabels(row.labels ?? '{}'),
    ...(workspaceId === null ? {} : { workspace: await workspaceName(call, workspaceId) }),
    createdAt: timeText(row.created_at),
    ...(row.disabled_at === null ? {} : { disabledAt: timeText(row.disabled_at) }),
  }
}

/** The name of a workspace, for showing. */
export async function workspaceName(call: Call, id: string): Promise<string> {
  return (await call.rows.find(workspaceTable, 'id = $1', [id]))?.name ?? id
}

function isOfWorkspace(call: Call, row: PrincipalRow): boolean {
  return row.workspace_id === null || row.workspace_id === call.workspaceId
}

function principalNotFound(text: string): SottoError {
  return new SottoError('principal_not_found', `there is no user or service account ${shown(text)}`)
}
