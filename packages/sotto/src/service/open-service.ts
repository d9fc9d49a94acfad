/** Opens the embedded service: store, root key and keyring, filling the store on first use. */
import { statSync } from 'node:fs'
import { isSottoError } from '@sotto/sdk/model'
import type { Api, Flavor } from '@sotto/sdk/model'
import { getRootKey, rootKeyFile } from '../keys/get-root-key.ts'
import type { RootKeyOptions } from '../keys/get-root-key.ts'
import { systemRandom } from '../keys/random.ts'
import { findReplacedRootKey, settleRootKey } from '../keys/root-key-replacement.ts'
import type { RootKeyPlace } from '../keys/root-key-replacement.ts'
import type { RootKey } from '../keys/root-key.ts'
import { readSlots } from '../store/live-keyring.ts'
import type { LiveKeyring } from '../store/live-keyring.ts'
import { openSqliteStore } from '../store/sqlite-store.ts'
import { makeStoreFolder } from '../store/store-file.ts'
import type { CloseOptions, Store } from '../store/store.ts'
import type { AuditCopy } from './audit/copy/audit-copy.ts'
import { openStore, storeExists } from './first-use.ts'
import type { OpenedStore } from './first-use.ts'
import { storedGrants } from './principals/stored-grants.ts'
import { createService } from './service.ts'
import type { Service } from './service.ts'

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
  /** For callers that come with tokens. */
  readonly service: Service
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
    const rootKey = await getRootKey(rootKeyOptions(input, (await storeExists(store)) ? store : false))
    return startService(input, store, rootKey)
  })
}

function startService(input: OpenServiceInput, store: Store, rootKey: RootKey): Promise<OpenedService> {
  return closeOnError(store, async () => {
    const { flavors, logsFolder, osUser } = input
    const opened = await openWithRootKey(input, store, rootKey)
    const copy = await auditCopyOf(input.env, store, opened.keyring)
    const service = createService({
      store,
      keyring: opened.keyring,
      chain: opened.chain,
      copy,
      clock: Date.now,
      random: systemRandom,
      access: storedGrants,
      flavors,
      rootKeyPath: placeOf(input).path,
      logsFolder,
    })
    const { principalId, workspaceId } = opened
    return {
      api: service.as({ principalId, workspaceId, osUser }),
      service,
      close: async (options) => {
        await store.close(options)
        await copy?.close()
      },
    }
  })
}

/** Loaded only where it is asked for: most stores have none. */
async function auditCopyOf(
  env: OpenServiceInput['env'],
  store: Store,
  keyring: LiveKeyring,
): Promise<AuditCopy | undefined> {
  if ((env['SOTTO_AUDIT_COPY'] ?? '') === '') return undefined
  const { openAuditCopy } = await import('./audit/copy/open-audit-copy.ts')
  return openAuditCopy({ store, keyring, env })
}

/** A key that is wrong may have been changed a moment ago, or by a change that was interrupted: then it is looked for again. */
async function openWithRootKey(input: OpenServiceInput, store: Store, rootKey: RootKey): Promise<OpenedStore> {
  const place = placeOf(input)
  const findRootKey = (ids: readonly string[]): RootKey | undefined => findReplacedRootKey(place, ids)
  const common = { store, clock: Date.now, random: systemRandom, osUser: input.osUser, findRootKey }
  try {
    return await openStore({ ...common, rootKey })
  } catch (error) {
    if (!isSottoError(error, 'key_wrong')) throw error
    await store.transaction(async (tx) => {
      const [primary] = await readSlots(tx)
      if (primary !== undefined) settleRootKey(place, primary.rootKeyId)
    })
    const found = await getRootKey(rootKeyOptions(input, store))
    if (found.id === rootKey.id) throw error
    return await openStore({ ...common, rootKey: found })
  }
}

/** `exists`: the store, where it was used before. */
function rootKeyOptions({ env, rootKeyPath }: OpenServiceInput, exists: Store | false): RootKeyOptions {
  const options = { env, defaultFile: rootKeyPath, random: systemRandom }
  if (exists === false) return { ...options, storeExists: false }
  return { ...options, storeExists: true, readSlots: () => exists.transaction(readSlots) }
}

function placeOf({ env, rootKeyPath }: OpenServiceInput): RootKeyPlace {
  return { path: rootKeyFile({ env, defaultFile: rootKeyPath }), userId: process.geteuid?.() }
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
