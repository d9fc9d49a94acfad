/**
 * The end of a secret: deleted, it is gone for everybody and can be brought back for 30 days; then later writes of the
 * workspace purge it. A purge removes its row, its versions and their sealed values (SQLite overwrites what it frees).
 * What runs have read of it stays told, since that is kept by name and version, and the chain has an event of the purge.
 */
import { SottoError, isId, isSottoError, requireName, shown } from '@sotto/sdk/model'
import type { SecretDescription, SecretSelector } from '@sotto/sdk/model'
import { secretTable, secretVersionTable } from '../../store/secrets.ts'
import type { SecretRow } from '../../store/secrets.ts'
import type { Call } from '../call.ts'
import { findLiveSecret, getSecret, innermost, scopeOwners, secretAccess } from './lookup.ts'
import { describe } from './secret-description.ts'

const keptMs = 30 * 24 * 3_600_000
/** What a write purges at most, so that it stays quick; the next one goes on. */
const mostPurged = 20

/** Soft: the versions stay for a while, the name is free at once. */
export async function deleteSecret(call: Call, input: SecretSelector): Promise<SecretDescription> {
  const secret = await getSecret(call, input, 'delete')
  const row: SecretRow = { ...secret, deleted_at: call.nowMs }
  await call.rows.update(secretTable, row)
  call.event({ object: `secret ${secret.name}`, objectId: secret.id, detail: { version: secret.version } })
  return describe(call, row)
}

/** Brings it back under its name or another one; needs the right to write both, and to manage what is renamed by it. Throws `secret_exists`. */
export async function undeleteSecret(
  call: Call,
  input: SecretSelector & { readonly newName?: string | undefined },
): Promise<SecretDescription> {
  if (input.newName !== undefined) requireName('secret', input.newName)
  const secret = await getDeletedSecret(call, input)
  call.require(secretAccess(secret))
  const name = input.newName ?? secret.name
  if (name !== secret.name) call.require(secretAccess(secret), 'manage') // as with a rename
  call.ask(`secret ${name}`)
  call.require({ kind: 'secret', name, scopeOwner: secret.scope_owner })
  if ((await findLiveSecret(call, secret.scope_owner, name)) !== undefined) {
    throw new SottoError('secret_exists', `there is another secret ${shown(name)} by now`, {
      hint: `bring it back under another name: sotto secret undelete ${input.secret} --as NEW`,
    })
  }
  const row: SecretRow = { ...secret, name, deleted_at: null, updated_at: call.nowMs }
  await call.rows.update(secretTable, row)
  const detail = { version: secret.version, ...(name === secret.name ? {} : { newName: name }) }
  call.event({ object: `secret ${secret.name}`, objectId: secret.id, detail })
  return describe(call, row)
}

/** Removes a deleted secret for good; answers with what it was. */
export async function purgeSecret(call: Call, input: SecretSelector): Promise<SecretDescription> {
  const secret = await getDeletedSecret(call, input)
  call.require(secretAccess(secret))
  const description = await describe(call, secret)
  await purge(call, secret)
  return description
}

/** Purges some of what was deleted more than 30 days ago: every write of secrets ends with it. */
export async function purgeOverdue(call: Call): Promise<void> {
  const overdue = await call.tx.all(
    `SELECT id FROM secret WHERE deleted_at < $1 AND workspace_id = $2 ORDER BY deleted_at LIMIT ${String(mostPurged)}`,
    [call.nowMs - keptMs, call.workspaceId],
  )
  for (const { id } of overdue) await purgeIfOverdue(call, String(id))
}

/** Rows that were altered stay for `audit verify` to name: they must not stop every write of the workspace. */
async function purgeIfOverdue(call: Call, id: string): Promise<void> {
  try {
    const row = await call.rows.find(secretTable, 'id = $1 AND workspace_id = $2', [id, call.workspaceId])
    const isOverdue = row !== undefined && row.deleted_at !== null && row.deleted_at < call.nowMs - keptMs
    if (isOverdue) await purge(call, row)
  } catch (error) {
    if (!isSottoError(error, 'row_altered')) throw error
  }
}

/** Throws `row_altered` before anything is removed. */
async function purge(call: Call, secret: SecretRow): Promise<void> {
  const versions = await call.rows.list(secretVersionTable, 'WHERE secret_id = $1', [secret.id])
  await call.tx.run(
    'DELETE FROM secret_value WHERE version_id IN (SELECT id FROM secret_version WHERE secret_id = $1)',
    [secret.id],
  )
  for (const version of versions) await call.rows.delete(secretVersionTable, version)
  await call.rows.delete(secretTable, secret)
  call.event({
    object: `secret ${secret.name}`,
    objectId: secret.id,
    detail: { purged: true, version: secret.version },
  })
}

/** The deleted secret of that id, or the one of the name that was deleted last. Throws `secret_not_found`. */
async function getDeletedSecret(call: Call, selector: SecretSelector): Promise<SecretRow> {
  call.ask(`secret ${selector.secret}`)
  const candidates = await listDeleted(call, selector)
  const found = innermost(
    call,
    candidates.filter(({ deleted_at: deletedAt }) => deletedAt !== null),
    selector.scope,
  )
  if (found !== undefined) return found
  throw new SottoError('secret_not_found', `there is no deleted secret ${shown(selector.secret)}`, {
    hint: 'sotto secret list --deleted',
  })
}

/** At most one of each namespace. */
async function listDeleted(call: Call, { secret: text, scope }: SecretSelector): Promise<readonly SecretRow[]> {
  if (isId(text)) {
    const row = await call.rows.find(
      secretTable,
      "id = $1 AND workspace_id = $2 AND scope_owner IN ('', $3) AND deleted_at IS NOT NULL",
      [text.toLowerCase(), call.workspaceId, call.principal.id],
    )
    return row === undefined ? [] : [row]
  }
  requireName('secret', text)
  const rows: SecretRow[] = []
  for (const owner of scopeOwners(call, scope)) {
    if (!call.may({ kind: 'secret', name: text, scopeOwner: owner }, 'describe')) continue
    const clauses =
      'WHERE workspace_id = $1 AND scope_owner = $2 AND name = $3 AND deleted_at IS NOT NULL ORDER BY deleted_at DESC, id DESC LIMIT 1'
    rows.push(...(await call.rows.list(secretTable, clauses, [call.workspaceId, owner, text])))
  }
  return rows
}
