import { isSottoError, SottoError } from '@sotto/sdk/model'
import { chooseRootKeyProvider, getRootKey, rootKeyFile } from '../../keys/get-root-key.ts'
import type { KeyServiceKind } from '../../keys/key-service.ts'
import { readKeyring } from '../../keys/keyring-blob.ts'
import { findFormerRootKey, findReplacedRootKey } from '../../keys/root-key-replacement.ts'
import { systemRandom } from '../../keys/random.ts'
import type { RootKey } from '../../keys/root-key.ts'
import { describeKeyring } from './backup-format.ts'
import type { BackupHeader } from './backup-format.ts'

/** Where this machine keeps its root key. */
export interface RootKeyPlaces {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where it lies when no variable says otherwise. */
  readonly rootKeyPath: string
  /** Services that may keep the key of the root key. None by default. */
  readonly keyServices?: readonly KeyServiceKind[] | undefined
}

/**
 * The root key for a backup, which is never made. A backup from before a change of the root key finds the former one beside
 * it, where that was kept. Throws the codes of root keys; one that is missing says which it is.
 */
export async function findRootKeyOf(header: BackupHeader, places: RootKeyPlaces): Promise<RootKey> {
  const { env, rootKeyPath, keyServices } = places
  const options = {
    env,
    defaultFile: rootKeyPath,
    storeExists: true,
    random: systemRandom,
    keyServices,
    readKeyring: async () => readKeyring(header.keyring),
  }
  try {
    const rootKey = await getRootKey(options)
    return rootKey.kind === 'file' ? (findKept(header, places) ?? rootKey) : rootKey
  } catch (error) {
    if (!isSottoError(error, 'key_missing')) throw error
    const kept = chooseRootKeyProvider(options).kind === 'file' ? findKept(header, places) : undefined
    if (kept !== undefined) return kept
    const wanted = describeKeyring(header.keyring).rootKeys.map(({ id, role, kind }) => `${id} (${role}, ${kind})`)
    throw new SottoError('key_missing', `${error.message} The backup opens with root key ${wanted.join(' or ')}.`, {
      hint: error.hint,
      details: { wanted },
      cause: error,
    })
  }
}

function findKept(header: BackupHeader, { env, rootKeyPath }: RootKeyPlaces): RootKey | undefined {
  const place = { path: rootKeyFile({ env, defaultFile: rootKeyPath }), userId: process.geteuid?.() }
  const ids = describeKeyring(header.keyring).rootKeys.map(({ id }) => id)
  return findReplacedRootKey(place, ids) ?? findFormerRootKey(place, ids)
}
