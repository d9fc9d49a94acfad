/** Opens the embedded service: store, root key and keyring, filling the store on first use. */
import { statSync } from 'node:fs'
import { isSottoError } from '@sotto/sdk/model'
import type { Api, Flavor } from '@sotto/sdk/model'
import type { IdentityVerifier } from '../identity/identity-verifier.ts'
import { getRootKey, rootKeyFile } from '../keys/get-root-key.ts'
import type { RootKeyOptions } from '../keys/get-root-key.ts'
import type { KeyServiceKind } from '../keys/key-service.ts'
import type { KeyringBlob } from '../keys/keyring-blob.ts'
import { systemRandom } from '../keys/random.ts'
import { findReplacedRootKey, settleRootKey } from '../keys/root-key-replacement.ts'
import type { RootKeyPlace } from '../keys/root-key-replacement.ts'
import type { RootKey } from '../keys/root-key.ts'
import { readSlots, readStoredKeyring } from '../store/live-keyring.ts'
import type { LiveKeyring } from '../store/live-keyring.ts'
import { openStoreAt } from '../store/open-store-at.ts'
import { liesInDatabase } from '../store/store-place.ts'
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
  /** The database's file, or the URL of a database (`postgres://…`). */
  readonly storePath: string
  /** Where the root key lies when no variable says otherwise. */
  readonly rootKeyPath: string
  readonly logsFolder: string
  readonly flavors: readonly Flavor[]
  /** Services that may keep the key of the root key. None by default. */
  readonly keyServices?: readonly KeyServiceKind[] | undefined
  /** A label of audit events. */
  readonly osUser: string
  /** Verifies identity tokens of others, where callers may sign in by them. */
  readonly identities?: IdentityVerifier | undefined
}

export interface OpenedService {
  /** Everything, for the one principal of an embedded store. */
  readonly api: Api
  /** For callers that come with tokens. */
  readonly service: Service
  close(options?: CloseOptions): Promise<void>
}

/**
 * Codes: those of root keys (`key_missing`, `key_wrong`, `key_insecure`, `key_malformed`) and of the service that may have
 * wrapped one (`key_service_unreachable` and its siblings), of keyrings, and of stores (`store_unwritable`,
 * `store_insecure`, `store_busy`, `store_corrupt`, `store_newer`; for one in a database `store_unreachable` and
 * `store_unsuitable` too). Whichever it is, nothing was changed.
 */
export async function openService(input: OpenServiceInput): Promise<OpenedService> {
  // A key that is missing is found out before there is a file; a key is only made for a store that was never used.
  const isFile = !liesInDatabase(input.storePath)
  if (isFile) makeStoreFolder(input.storePath)
  const newStoreId = systemRandom(16)
  if (isFile && !hasContent(input.storePath)) {
    const rootKey = await getRootKey(newRootKeyOptions(input, newStoreId))
    const store = await openStoreAt(input.storePath, input.env)
    return await startService(input, store, { rootKey, newStoreId })
  }
  const store = await openStoreAt(input.storePath, input.env)
  return await closeOnError(store, async () => {
    const rootKey = (await storeExists(store))
      ? await findRootKey(input, store)
      : await getRootKey(newRootKeyOptions(input, newStoreId))
    return startService(input, store, { rootKey, newStoreId })
  })
}

/** What a store is opened with. */
interface StoreKey {
  readonly rootKey: RootKey
  /** For a store that turns out not to exist yet. */
  readonly newStoreId: Buffer
}

function startService(input: OpenServiceInput, store: Store, key: StoreKey): Promise<OpenedService> {
  return closeOnError(store, async () => {
    const { env, flavors, keyServices = [], logsFolder, osUser } = input
    const opened = await openWithRootKey(input, store, key)
    const copy = await auditCopyOf(env, store, opened.keyring)
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
      keyServices: { kinds: keyServices, env },
      logsFolder,
      identities: input.identities,
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

/**
 * The key of a store that exists. One that is missing may lie where a change that was interrupted has left it: that is ended
 * first, as for one that is wrong.
 */
async function findRootKey(input: OpenServiceInput, store: Store): Promise<RootKey> {
  const options = storedRootKeyOptions(input, store)
  try {
    return await getRootKey(options)
  } catch (error) {
    if (!isSottoError(error, 'key_missing')) throw error
    await settle(input, store)
    return await getRootKey(options)
  }
}

/** A key that is wrong may have been changed a moment ago, or by a change that was interrupted: then it is looked for again. */
async function openWithRootKey(
  input: OpenServiceInput,
  store: Store,
  { rootKey, newStoreId }: StoreKey,
): Promise<OpenedStore> {
  const place = placeOf(input)
  const findReplaced = (ids: readonly string[]): RootKey | undefined => findReplacedRootKey(place, ids)
  const workspace = input.env['SOTTO_WORKSPACE'] === '' ? undefined : input.env['SOTTO_WORKSPACE']
  const common = { store, newStoreId, workspace, clock: Date.now, random: systemRandom, osUser: input.osUser }
  try {
    return await openStore({ ...common, findRootKey: findReplaced, rootKey })
  } catch (error) {
    if (!isSottoError(error, 'key_wrong')) throw error
    await settle(input, store)
    const found = await getRootKey(storedRootKeyOptions(input, store))
    if (found.id === rootKey.id) throw error
    return await openStore({ ...common, findRootKey: findReplaced, rootKey: found })
  }
}

/** Puts the file of a root key into its place that an interrupted change has left beside it. */
function settle(input: OpenServiceInput, store: Store): Promise<void> {
  return store.transaction(async (tx) => {
    const [primary] = await readSlots(tx)
    if (primary !== undefined) settleRootKey(placeOf(input), primary.rootKeyId)
  })
}

/** For a store that was never used. */
function newRootKeyOptions({ env, rootKeyPath, keyServices }: OpenServiceInput, newStoreId: Buffer): RootKeyOptions {
  return { env, defaultFile: rootKeyPath, random: systemRandom, keyServices, storeExists: false, newStoreId }
}

function storedRootKeyOptions({ env, rootKeyPath, keyServices }: OpenServiceInput, store: Store): RootKeyOptions {
  const readKeyring = (): Promise<KeyringBlob> => store.transaction(readStoredKeyring)
  return { env, defaultFile: rootKeyPath, random: systemRandom, keyServices, storeExists: true, readKeyring }
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
