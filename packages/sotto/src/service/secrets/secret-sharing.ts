/**
 * A secret goes from its owner's own scope into the workspace, and back. Only its owner moves it: whoever may merely write
 * it would otherwise take it from all others, or see what they wrote. Nothing is sealed anew, since no value is bound to a
 * scope; its id, its versions and its history stay.
 */
import { SottoError, shown } from '@sotto/sdk/model'
import type { Scope, SecretDescription } from '@sotto/sdk/model'
import { secretTable } from '../../store/secrets.ts'
import type { SecretRow } from '../../store/secrets.ts'
import type { Call } from '../call.ts'
import { findLiveSecret, getSecret, scopeOwner, secretAccess } from './lookup.ts'
import { describe } from './secret-description.ts'

/** Needs the right to write the name in the workspace, as creating it there does. Throws `secret_exists`. */
export async function shareSecret(call: Call, input: { readonly secret: string }): Promise<SecretDescription> {
  const secret = await getSecret(call, { secret: input.secret, scope: 'user' })
  call.ask(`secret ${secret.name}`)
  // Before the name is looked for: so nobody learns by it of a secret that he may not describe.
  call.require({ kind: 'secret', name: secret.name, scopeOwner: '' })
  return moveTo(call, secret, 'workspace')
}

/**
 * Needs the rights to write and to read it: others may have written values since it was shared, which its owner sees from
 * then on whatever is taken from him. Throws `secret_exists`, and `forbidden` to all but its owner.
 */
export async function unshareSecret(call: Call, input: { readonly secret: string }): Promise<SecretDescription> {
  const secret = await getSecret(call, { secret: input.secret, scope: 'workspace' })
  call.require(secretAccess(secret), 'read')
  call.ask(`secret ${secret.name}`)
  if (secret.owner !== call.principal.id) {
    throw new SottoError('forbidden', `secret ${shown(secret.name)} is owned by somebody else`, {
      hint: `only its owner can take it back: sotto secret describe ${secret.name} --scope workspace`,
    })
  }
  return moveTo(call, secret, 'user')
}

async function moveTo(call: Call, secret: SecretRow, scope: Scope): Promise<SecretDescription> {
  const row: SecretRow = { ...secret, scope_owner: scopeOwner(call, scope), updated_at: call.nowMs }
  if ((await findLiveSecret(call, row.scope_owner, row.name)) !== undefined) {
    throw new SottoError('secret_exists', `secret ${shown(row.name)} is already there in scope ${scope}`, {
      hint: 'rename or delete one of the two first',
      details: { name: row.name, scope },
    })
  }
  await call.rows.update(secretTable, row)
  call.event({ object: `secret ${row.name}`, objectId: row.id, detail: { version: row.version, scope } })
  return describe(call, row)
}
