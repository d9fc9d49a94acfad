import { isSottoError, SottoError } from '@sotto/sdk/model'
import { getRootKey } from '../../keys/get-root-key.ts'
import { readKeyring } from '../../keys/keyring-blob.ts'
import { systemRandom } from '../../keys/random.ts'
import type { RootKey } from '../../keys/root-key.ts'
import { describeKeyring } from './backup-format.ts'
import type { BackupHeader } from './backup-format.ts'

/** Where this machine keeps its root key. */
export interface RootKeyPlaces {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where it lies when no variable says otherwise. */
  readonly rootKeyPath: string
}

/** The root key for a backup, which is never made. Throws those codes of root keys; one that is missing says which it is. */
export async function findRootKeyOf(header: BackupHeader, { env, rootKeyPath }: RootKeyPlaces): Promise<RootKey> {
  const options = {
    env,
    defaultFile: rootKeyPath,
    storeExists: true,
    random: systemRandom,
    readSlots: async () => readKeyring(header.keyring).slots,
  }
  try {
    return await getRootKey(options)
  } catch (error) {
    if (!isSottoError(error, 'key_missing')) throw error
    const wanted = describeKeyring(header.keyring).rootKeys.map(({ id, role, kind }) => `${id} (${role}, ${kind})`)
    throw new SottoError('key_missing', `${error.message} The backup opens with root key ${wanted.join(' or ')}.`, {
      hint: error.hint,
      details: { wanted },
      cause: error,
    })
  }
}
