/** Opens the embedded service: store, root key and keyring, filling the store on first use. */
import { statSync } from 'node:fs'
import type { Api, Flavor } from '@sotto/sdk/model'
import { getRootKey } from '../keys/get-root-key.ts'
import { systemRandom } from '../keys/random.ts'
import { openSqliteStore } from '../store/sqlite-store.ts'
import { makeStoreFolder } from '../store/store-file.ts'
import type { CloseOptions, Store } from '../store/store.ts'
import { everyRight } from './access.ts'
import { openStore, storeExists } from './first-use.ts'
import { createService } from './service.ts'

export interface OpenServiceInput {
  /** For the variables of root keys. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** The database's file. */
  readonly storePath: string
  /** Where the root key lies when no variable says otherwise. */
  readonly rootKeyPath: string
  readonly logsFolder: string
  readonly flavors: readonly Flavor[]
  /** A label of audit events. */
  readonly osUser: string
}

export interface OpenedService {
  /** Everything, for the one principal of an embedded store. */
  readonly api: Api
  close(options?: CloseOptions): Promise<void>
}

/**
 * Codes: those of root keys (`key_missing`, `key_wrong`, `key_insecure`, `key_malformed`), of keyrings, and of stores
 * (`store_unwritable`, `store_insecure`, `store_busy`, `store_corrupt`, `store_newer`). Whichever it is, nothing was
 * changed.
 */
export async function openService(input: OpenServiceInput): Promise<OpenedService> {
  // A key that is missing is found out before there is a file; a key is only made for a store that was never used.
  makeStoreFolder(input.storePath)
  if (!hasContent(input.storePath)) {
    const rootKey = await getRootKey(rootKeyOptions(input, false))
    const store = await openSqliteStore({ path: input.storePath })
    return await startService(input, store, rootKey)
  }
  const store = await openSqliteStore({ path: input.storePath })
  return await closeOnError(store, async () => {
    const rootKey = await getRootKey(rootKeyOptions(input, await storeExists(store)))
    return startService(input, store, rootKey)
  })
}

function startService(
  input: OpenServiceInput,
  store: Store,
  rootKey: Awaited<ReturnType<typeof getRootKey>>,
): Promise<OpenedService> {
  return closeOnError(store, async () => {
    const { flavors, logsFolder, osUser } = input
    const opened = await openStore({ store, rootKey, clock: Date.now, random: systemRandom, osUser })
    const service = createService({
      store,
      keyring: opened.keyring,
      chain: opened.chain,
      clock: Date.now,
      random: systemRandom,
      access: everyRight,
      flavors,
      logsFolder,
    })
    const { principalId, workspaceId } = opened
    return { api: service.as({ principalId, workspaceId, osUser }), close: (options) => store.close(options) }
  })
}

function rootKeyOptions({ env, rootKeyPath }: OpenServiceInput, exists: boolean): Parameters<typeof getRootKey>[0] {
  return { env, defaultFile: rootKeyPath, storeExists: exists, random: systemRandom }
}

async function closeOnError<T>(store: Store, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    await store.close()
    throw error
  }
}

function hasContent(path: string): boolean {
  const file = statSync(path, { throwIfNoEntry: false })
  return file !== undefined && file.size > 0
}
