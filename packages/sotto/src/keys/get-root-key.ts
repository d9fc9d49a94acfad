/**
 * Where the root key comes from: a variable, a file that a variable names, a passphrase, a service, the recovery code, else
 * a file that the first use makes. A store that exists never gets a new key: a key made for it could only ever be a wrong one.
 */
import { resolve } from 'node:path'
import { isSottoError, SottoError } from '@sotto/sdk/model'
import type { KeyServiceKind } from './key-service.ts'
import type { KeyringBlob } from './keyring-blob.ts'
import type { RandomSource } from './random.ts'
import { readRecoveryCode } from './recovery-code.ts'
import { RootKeyFile } from './root-key-file.ts'
import {
  passphraseFileVariable,
  passphraseVariable,
  readPassphraseFile,
  RootKeyPassphrase,
} from './root-key-passphrase.ts'
import type { RootKeyProvider } from './root-key-provider.ts'
import { RootKeyService, serviceVariable } from './root-key-service.ts'
import { RootKeyVariable, rootKeyVariable } from './root-key-variable.ts'
import type { RootKey } from './root-key.ts'
import { serviceNameOf } from './service-key-parameters.ts'

export interface RootKeyOptions {
  /** The process's environment. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where the key of an embedded store lies when no variable says otherwise. */
  readonly defaultFile: string
  /** With `true` no key is ever made. */
  readonly storeExists: boolean
  readonly random: RandomSource
  /** Effective user id. `undefined` where the system has none: then owner and mode are not looked at. */
  readonly userId?: number | undefined
  /** The store's keyring, not opened; `undefined` before its first use. Asked only where a slot says how to get the key. */
  readonly readKeyring?: (() => Promise<KeyringBlob | undefined>) | undefined
  /** Services that may keep the key of the root key. */
  readonly keyServices?: readonly KeyServiceKind[] | undefined
  /** The id that a store gets which does not exist yet; 16 bytes. A service binds the key to it. */
  readonly newStoreId?: Uint8Array | undefined
}

const fileVariable = 'SOTTO_ROOT_KEY_FILE'
/** The variable that holds the recovery code. It stands over all others: whoever sets it has lost the root key. */
export const recoveryCodeVariable = 'SOTTO_RECOVERY_CODE'

/** What an empty variable should have held. */
const expected = {
  [rootKeyVariable]: '64 hex digits or the base64 of 32 bytes',
  [fileVariable]: 'the path of the key file',
  [passphraseVariable]: 'the passphrase',
  [passphraseFileVariable]: 'the path of a file with the passphrase',
  [serviceVariable]: 'the name of a key in a service',
} as const

type KeyVariable = keyof typeof expected

/**
 * The root key. Throws `key_missing`, `key_malformed` (also when two variables are set), `key_insecure`, and codes of
 * `KeyService`.
 */
export async function getRootKey(options: RootKeyOptions): Promise<RootKey> {
  try {
    return await chooseRootKeyProvider(options).get()
  } catch (error) {
    if (options.storeExists && isSottoError(error, 'key_missing')) await explainMissing(options)
    throw error
  }
}

/** The file that holds the root key, or would. */
export function rootKeyFile({ env, defaultFile }: Pick<RootKeyOptions, 'env' | 'defaultFile'>): string {
  const named = env[fileVariable]
  return resolve(named === undefined || named === '' ? defaultFile : named)
}

/** Decides by the environment alone; touches no file. Throws `key_malformed`. */
export function chooseRootKeyProvider(options: RootKeyOptions): RootKeyProvider {
  const { defaultFile, random, storeExists } = options
  const userId = userIdOf(options)
  const code = options.env[recoveryCodeVariable]
  if (code !== undefined) return recoveryCode(code, storeExists)
  const variable = theOneVariable(options.env)
  if (variable === undefined)
    return new RootKeyFile({ path: resolve(defaultFile), creates: !storeExists, storeExists, random, userId })
  const text = options.env[variable] ?? ''
  // Unset and empty differ: an empty one is a deployment whose secret failed to arrive.
  if (text === '') throw emptyVariable(variable)
  if (variable === rootKeyVariable) return new RootKeyVariable(text)
  // A path that somebody typed is never made: a mistyped or unmounted one would begin a store under another key.
  if (variable === fileVariable)
    return new RootKeyFile({ path: resolve(text), creates: false, storeExists, random, userId })
  const readKeyring = options.readKeyring ?? (async () => undefined)
  if (variable === serviceVariable) return keyService(options, text, readKeyring)
  const readSlots = async (): Promise<KeyringBlob['slots']> => (await readKeyring())?.slots ?? []
  const read = variable === passphraseVariable ? () => text : () => readPassphraseFile(resolve(text), userId)
  return new RootKeyPassphrase({ origin: variable, read, readSlots, random })
}

/** Effective user id, as the options say or as the process has it. */
function userIdOf(options: Pick<RootKeyOptions, 'userId'>): number | undefined {
  return 'userId' in options ? options.userId : process.geteuid?.()
}

function theOneVariable(env: RootKeyOptions['env']): KeyVariable | undefined {
  const [one, other] = (Object.keys(expected) as KeyVariable[]).filter((name) => env[name] !== undefined) // of that very table
  if (one === undefined || other === undefined) return one
  throw new SottoError('key_malformed', `Both ${one} and ${other} are set, and only one of them can hold.`, {
    hint: `unset ${env[one] === '' ? one : other}`,
  })
}

function recoveryCode(text: string, storeExists: boolean): RootKeyProvider {
  return {
    kind: 'code',
    describe: () => recoveryCodeVariable,
    get: () => {
      if (storeExists) return readRecoveryCode(text, recoveryCodeVariable)
      throw new SottoError('key_missing', 'There is no store here that a recovery code could open.', {
        hint: `restore a backup first, or unset ${recoveryCodeVariable} to begin a new store`,
      })
    },
  }
}

function keyService(
  { env, keyServices = [], newStoreId, random, storeExists }: RootKeyOptions,
  name: string,
  readKeyring: () => Promise<KeyringBlob | undefined>,
): RootKeyProvider {
  const services = { kinds: keyServices, env }
  if (!storeExists && newStoreId === undefined) throw new Error('a new store needs its id before its key')
  return new RootKeyService({ name, services, readKeyring, newStoreId: newStoreId ?? new Uint8Array(), random })
}

/** A missing key file says little where the store never had one. */
async function explainMissing({ env, readKeyring }: RootKeyOptions): Promise<void> {
  if (theOneVariable(env) !== undefined) return
  const primary = (await readKeyring?.())?.slots[0]
  if (primary?.kind === 'passphrase') {
    throw new SottoError('key_missing', 'This store opens with a passphrase. Nothing was changed.', {
      hint: `put it into a file of mode 0600 and name that in ${passphraseFileVariable}, or set ${passphraseVariable}`,
      details: { kind: 'passphrase' },
    })
  }
  if (primary?.kind !== 'kms' && primary?.kind !== 'transit') return
  const name = serviceNameOf(primary) ?? `a service (${primary.kind})`
  throw new SottoError('key_missing', `This store opens with a key of ${name}. Nothing was changed.`, {
    // Not a command to copy: the name comes from the database, and credentials go where it leads.
    hint: `if that is a key of yours, set ${serviceVariable} to its name`,
    details: { kind: primary.kind },
  })
}

function emptyVariable(name: KeyVariable): SottoError {
  return new SottoError('key_malformed', `${name} is set but empty; expected ${expected[name]}.`, {
    hint: `set ${name}, or unset it to use the key file of this account`,
  })
}
