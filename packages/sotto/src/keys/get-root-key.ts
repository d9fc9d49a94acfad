/**
 * Where the root key comes from: `SOTTO_ROOT_KEY`, `SOTTO_ROOT_KEY_FILE`, else a file that the first use makes. A store
 * that exists never gets a new key: a key made for it could only ever be a wrong one.
 */
import { resolve } from 'node:path'
import { SottoError } from '@sotto/sdk/model'
import type { RandomSource } from './random.ts'
import { RootKeyFile } from './root-key-file.ts'
import type { RootKeyProvider } from './root-key-provider.ts'
import { RootKeyVariable, rootKeyVariable } from './root-key-variable.ts'
import type { RootKey } from './root-key.ts'

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
}

const fileVariable = 'SOTTO_ROOT_KEY_FILE'

/** The root key. Throws `key_missing`, `key_malformed` (also when both variables are set) and `key_insecure`. */
export async function getRootKey(options: RootKeyOptions): Promise<RootKey> {
  return await chooseRootKeyProvider(options).get()
}

/** Decides by the environment alone; touches no file. Throws `key_malformed`. */
export function chooseRootKeyProvider(options: RootKeyOptions): RootKeyProvider {
  const { defaultFile, random, storeExists } = options
  const userId = 'userId' in options ? options.userId : process.geteuid?.()
  const text = options.env[rootKeyVariable]
  const file = options.env[fileVariable]
  if (text !== undefined && file !== undefined) {
    throw new SottoError(
      'key_malformed',
      `Both ${rootKeyVariable} and ${fileVariable} are set, and only one of them can hold.`,
      {
        hint: `unset ${text === '' ? rootKeyVariable : fileVariable}`,
      },
    )
  }
  // Unset and empty differ: an empty one is a deployment whose secret failed to arrive.
  if (text === '') throw emptyVariable(rootKeyVariable, '64 hex digits or the base64 of 32 bytes')
  if (text !== undefined) return new RootKeyVariable(text)
  if (file === '') throw emptyVariable(fileVariable, 'the path of the key file')
  // A path that somebody typed is never made: a mistyped or unmounted one would begin a store under another key.
  if (file !== undefined) return new RootKeyFile({ path: resolve(file), creates: false, storeExists, random, userId })
  return new RootKeyFile({ path: resolve(defaultFile), creates: !storeExists, storeExists, random, userId })
}

function emptyVariable(name: string, expected: string): SottoError {
  return new SottoError('key_malformed', `${name} is set but empty; expected ${expected}.`, {
    hint: `set ${name}, or unset it to use the key file of this account`,
  })
}
