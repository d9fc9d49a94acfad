/**
 * The one lookup of secrets: by id when the text is shaped like one, else by exact name, the caller's own `user` scope
 * first, then `workspace`. Never by prefix or substring. What the caller may not describe is not found.
 */
import { SottoError, isId, requireName, shown } from '@sotto/sdk/model'
import type { Right, Scope, SecretSelector } from '@sotto/sdk/model'
import { secretTable } from '../../store/secrets.ts'
import type { SecretRow } from '../../store/secrets.ts'
import type { AccessObject } from '../access.ts'
import type { Call } from '../call.ts'

/** The secret that the text names for the caller, or `undefined`. Throws `name_invalid`. */
export async function findSecret(call: Call, selector: SecretSelector): Promise<SecretRow | undefined> {
  const { secret: text, scope } = selector
  if (isId(text)) {
    // Another's own secret is not even loaded.
    const row = await call.rows.find(
      secretTable,
      "id = $1 AND workspace_id = $2 AND scope_owner IN ('', $3) AND deleted_at IS NULL",
      [text.toLowerCase(), call.workspaceId, call.principal.id],
    )
    return row !== undefined &&
      (scope === undefined || scope === scopeOf(row)) &&
      call.may(secretAccess(row), 'describe')
      ? row
      : undefined
  }
  requireName('secret', text)
  // One after the other: the outer one is mostly not needed.
  for (const owner of scopeOwners(call, scope)) {
    // Before it is looked for: so no time tells whether there is one that may not be described.
    if (!call.may({ kind: 'secret', name: text, scopeOwner: owner }, 'describe')) continue
    const row = await findLiveSecret(call, owner, text)
    if (row !== undefined) return row
  }
  return undefined
}

/**
 * The one choice among secrets of one name, at most one from each namespace. A lookup that may not see the inner one goes
 * on to the outer one, as if the inner were not there.
 */
export function innermost(call: Call, namesakes: readonly SecretRow[], scope?: Scope): SecretRow | undefined {
  return scopeOwners(call, scope)
    .map((owner) => namesakes.find((row) => row.scope_owner === owner))
    .find((row) => row !== undefined && call.may(secretAccess(row), 'describe'))
}

/** The secret; throws `secret_not_found`, and `forbidden` for a right that a caller who may describe it lacks. */
export async function getSecret(call: Call, selector: SecretSelector, right?: Right): Promise<SecretRow> {
  call.ask(`secret ${selector.secret}`)
  const row = await findSecret(call, selector)
  if (row === undefined) throw secretNotFound(selector)
  call.require(secretAccess(row), right)
  return row
}

/** The live secret of that name in one namespace; no rights are looked at. */
export function findLiveSecret(call: Call, scopeOwner: string, name: string): Promise<SecretRow | undefined> {
  return call.rows.find(secretTable, 'workspace_id = $1 AND scope_owner = $2 AND name = $3 AND deleted_at IS NULL', [
    call.workspaceId,
    scopeOwner,
    name,
  ])
}

/** What is asked for when rights on the secret are looked at. */
export function secretAccess(row: Pick<SecretRow, 'name' | 'scope_owner'>): AccessObject {
  return { kind: 'secret', name: row.name, scopeOwner: row.scope_owner }
}

/** The namespaces in which the caller looks, innermost first. */
export function scopeOwners(call: Call, scope: Scope | undefined): readonly string[] {
  if (scope === undefined) return [call.principal.id, '']
  return [scopeOwner(call, scope)]
}

/** The scope's owner as rows keep it: the caller, or the empty text. */
export function scopeOwner(call: Call, scope: Scope): string {
  return scope === 'user' ? call.principal.id : ''
}

export function scopeOf(row: Pick<SecretRow, 'scope_owner'>): Scope {
  return row.scope_owner === '' ? 'workspace' : 'user'
}

function secretNotFound({ secret, scope }: SecretSelector): SottoError {
  return new SottoError(
    'secret_not_found',
    `there is no secret ${shown(secret)}${scope === undefined ? '' : ` in scope ${scope}`}`,
  )
}
