/** Operations on secrets. */
import { SottoError, requireName, shown } from '@sotto/sdk/model'
import type { SecretDescription, SecretSelector } from '@sotto/sdk/model'
import { secretTable } from '../store/secrets.ts'
import type { SecretRow } from '../store/secrets.ts'
import type { Call } from './call.ts'
import type { Handlers } from './door.ts'
import { findLiveSecret, getSecret } from './lookup.ts'
import { describe } from './secret-description.ts'
import { listSecrets, listSecretUses, listSecretVersions } from './secret-list.ts'
import { resolveSecrets } from './secret-resolve.ts'
import { createSecret, setSecrets, updateSecret } from './secret-write.ts'

type SecretOperation =
  | 'createSecret'
  | 'setSecrets'
  | 'updateSecret'
  | 'renameSecret'
  | 'deleteSecret'
  | 'describeSecret'
  | 'listSecrets'
  | 'listSecretVersions'
  | 'listSecretUses'
  | 'resolveSecrets'

export const secretHandlers: Handlers<SecretOperation> = {
  createSecret,
  setSecrets,
  updateSecret,
  renameSecret,
  deleteSecret,
  describeSecret: async (call, input) => describe(call, await getSecret(call, input)),
  listSecrets,
  listSecretVersions,
  listSecretUses,
  resolveSecrets,
}

/** Gives a secret another name; needs the right to write both names. Throws `secret_exists`. */
async function renameSecret(
  call: Call,
  input: SecretSelector & { readonly newName: string },
): Promise<SecretDescription> {
  requireName('secret', input.newName)
  const secret = await getSecret(call, input, 'write')
  call.ask(`secret ${input.newName}`)
  call.require({ kind: 'secret', name: input.newName, scopeOwner: secret.scope_owner }, 'write')
  const taken = await findLiveSecret(call, secret.scope_owner, input.newName)
  if (taken !== undefined && taken.id !== secret.id) {
    throw new SottoError('secret_exists', `secret ${shown(input.newName)} is already there`, {
      hint: 'choose another name, or delete that one first',
    })
  }
  const row: SecretRow = { ...secret, name: input.newName, updated_at: call.nowMs }
  await call.rows.update(secretTable, row)
  call.event({ object: `secret ${secret.name}`, objectId: secret.id, detail: { newName: row.name } })
  return describe(call, row)
}

/** Soft: the versions stay for a while, the name is free at once. */
async function deleteSecret(call: Call, input: SecretSelector): Promise<SecretDescription> {
  const secret = await getSecret(call, input, 'delete')
  const row: SecretRow = { ...secret, deleted_at: call.nowMs }
  await call.rows.update(secretTable, row)
  call.event({ object: `secret ${secret.name}`, objectId: secret.id, detail: { version: secret.version } })
  return describe(call, row)
}
