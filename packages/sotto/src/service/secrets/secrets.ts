/** Operations on secrets. */
import { SottoError, requireName, shown } from '@sotto/sdk/model'
import type { SecretDescription, SecretSelector } from '@sotto/sdk/model'
import { secretTable } from '../../store/secrets.ts'
import type { SecretRow } from '../../store/secrets.ts'
import type { Call } from '../call.ts'
import type { Handlers } from '../door.ts'
import { findLiveSecret, getSecret } from './lookup.ts'
import { deleteSecret, purgeOverdue, purgeSecret, undeleteSecret } from './secret-deletion.ts'
import { describe } from './secret-description.ts'
import { diffSecrets, previewSecrets } from './secret-diff.ts'
import { listSecrets, listSecretUses, listSecretVersions } from './secret-list.ts'
import { resolveSecrets } from './secret-resolve.ts'
import { shareSecret, unshareSecret } from './secret-sharing.ts'
import { createSecret, rollbackSecret, setSecrets, updateSecret } from './secret-write.ts'

type SecretOperation =
  | 'createSecret'
  | 'setSecrets'
  | 'updateSecret'
  | 'renameSecret'
  | 'shareSecret'
  | 'unshareSecret'
  | 'rollbackSecret'
  | 'deleteSecret'
  | 'undeleteSecret'
  | 'purgeSecret'
  | 'describeSecret'
  | 'listSecrets'
  | 'listSecretVersions'
  | 'listSecretUses'
  | 'diffSecrets'
  | 'previewSecrets'
  | 'resolveSecrets'

export const secretHandlers: Handlers<SecretOperation> = {
  createSecret: thenPurge(createSecret),
  setSecrets: thenPurge(setSecrets),
  updateSecret: thenPurge(updateSecret),
  renameSecret,
  shareSecret,
  unshareSecret,
  rollbackSecret: thenPurge(rollbackSecret),
  deleteSecret: thenPurge(deleteSecret),
  undeleteSecret,
  purgeSecret,
  describeSecret: async (call, input) => describe(call, await getSecret(call, input)),
  listSecrets,
  listSecretVersions,
  listSecretUses,
  diffSecrets,
  previewSecrets,
  resolveSecrets,
}

/** Deleted secrets need no work of their own to be purged in time: writes do it. */
function thenPurge<I, O>(write: (call: Call, input: I) => Promise<O>): (call: Call, input: I) => Promise<O> {
  return async (call, input) => {
    const answer = await write(call, input)
    await purgeOverdue(call)
    return answer
  }
}

/**
 * Gives a secret another name. Rights are on names: who may only write a secret could hand it by a new name to all who
 * read those, himself included. So it needs the right to manage it, and to write the new name. Throws `secret_exists`.
 */
async function renameSecret(
  call: Call,
  input: SecretSelector & { readonly newName: string },
): Promise<SecretDescription> {
  requireName('secret', input.newName)
  const secret = await getSecret(call, input, 'manage')
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
