/** Users and service accounts: who they are, and what is changed about service accounts. */
import { SottoError, requirePrincipalName, shown } from '@sotto/sdk/model'
import type { Page, Principal, PrincipalQuery, ServiceAccountInput, ServiceAccountUpdate } from '@sotto/sdk/model'
import { principalTable } from '../../store/principals.ts'
import type { PrincipalRow } from '../../store/principals.ts'
import type { Call } from '../call.ts'
import { Conditions } from '../conditions.ts'
import { pageLimit, pageStart, toPage } from '../cursor.ts'
import type { Handlers } from '../door.ts'
import { mergeLabels, requireDescription } from '../labels.ts'
import { deleteTrustsOf } from '../trusts/trusts.ts'
import { newPrincipal } from './new-principal.ts'
import { describePrincipal, getPrincipal, getServiceAccount, workspaceName } from './principal-lookup.ts'
import { describeToken, revokeTokensOf } from './tokens.ts'

export const principalHandlers: Handlers<
  | 'whoAmI'
  | 'createServiceAccount'
  | 'updateServiceAccount'
  | 'deleteServiceAccount'
  | 'describePrincipal'
  | 'listPrincipals'
> = {
  whoAmI: async (call) => ({
    principal: await describePrincipal(call, await getPrincipal(call)),
    workspace: await workspaceName(call, call.workspaceId),
    ...(call.token === undefined ? {} : { token: await describeToken(call, call.token) }),
  }),

  createServiceAccount,
  updateServiceAccount,
  deleteServiceAccount,

  describePrincipal: async (call, { principal }) => describePrincipal(call, await getPrincipal(call, principal)),

  listPrincipals,
}

async function createServiceAccount(call: Call, input: ServiceAccountInput): Promise<Principal> {
  const name = requirePrincipalName('service account', input.name)
  call.ask(`service-account ${name}`)
  call.require({ kind: 'principal', name })
  if ((await call.rows.find(principalTable, 'name = $1', [name])) !== undefined)
    // Names are unique in the store, whatever the workspace: an event names its principal without one.
    throw new SottoError('principal_exists', `the name ${shown(name)} is taken by a user or service account`)
  const row = newPrincipal({
    id: call.newId(),
    kind: 'service-account',
    name,
    nowMs: call.nowMs,
    workspaceId: call.workspaceId,
    description: requireDescription(input.description ?? ''),
    labels: mergeLabels('{}', input.labels),
  })
  await call.rows.insert(principalTable, row)
  call.event(eventOf(row, {}))
  return describePrincipal(call, row)
}

async function updateServiceAccount(call: Call, input: ServiceAccountUpdate): Promise<Principal> {
  const row = await getServiceAccount(call, input.principal)
  const { disabled = row.disabled_at !== null } = input
  const changed: PrincipalRow = {
    ...row,
    description: requireDescription(input.description ?? row.description ?? ''),
    labels: mergeLabels(row.labels ?? '{}', input.labels),
    disabled_at: disabled ? (row.disabled_at ?? call.nowMs) : null,
  }
  await call.rows.update(principalTable, changed)
  call.event(eventOf(changed, { disabled }))
  return describePrincipal(call, changed)
}

async function deleteServiceAccount(call: Call, input: { readonly principal: string }): Promise<Principal> {
  const row = await getServiceAccount(call, input.principal)
  await revokeTokensOf(call, row)
  await deleteTrustsOf(call, row)
  await call.rows.update(principalTable, { ...row, name: `${row.name}~${row.id}`, deleted_at: call.nowMs })
  call.event(eventOf(row, {}))
  return describePrincipal(call, row)
}

/** By name: filtered in SQL by what the caller may describe, so that pages tell nothing of others. */
async function listPrincipals(call: Call, query: PrincipalQuery): Promise<Page<Principal>> {
  call.ask('principals')
  const names = call.visibleNames('principal')
  const conditions = new Conditions()
  conditions.named('name', names && [...names, call.principal.name])
  conditions.add('deleted_at IS NULL')
  conditions.add('workspace_id IS NULL OR workspace_id = ?', call.workspaceId)
  conditions.equals('kind', query.kind)
  conditions.behind(['name'], 'ascending', pageStart(call, query))
  const clauses = `${conditions.where} ORDER BY name LIMIT ${String(pageLimit(query) + 1)}`
  return toPage(call, query, {
    rows: await call.rows.list(principalTable, clauses, conditions.params),
    positionOf: (row) => [row.name],
    describe: (row) => describePrincipal(call, row),
  })
}

function eventOf(row: PrincipalRow, detail: { readonly disabled?: boolean }): Parameters<Call['event']>[0] {
  return { object: `${row.kind} ${row.name}`, objectId: row.id, detail }
}
