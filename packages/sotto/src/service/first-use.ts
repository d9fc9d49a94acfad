/**
 * Opens a store, and makes its content on first use: schema, keyring, chain, workspace `default`, principal `local` and
 * the active stack `default`. All of that is one transaction, so any number of first uses at the same moment make one
 * store, and a killed one makes none.
 */
import { SottoError, isId, shown } from '@sotto/sdk/model'
import type { Id } from '@sotto/sdk/model'
import { createKeyring } from '../keys/keyring.ts'
import type { RandomSource } from '../keys/random.ts'
import type { RootKey } from '../keys/root-key.ts'
import { AuditChain, beginChain } from '../store/audit-chain.ts'
import { canonicalJson } from '../store/canonical-json.ts'
import { componentTable } from '../store/components.ts'
import { createId, idText } from '../store/id.ts'
import { LiveKeyring, openStoredKeyring } from '../store/live-keyring.ts'
import type { FindRootKey } from '../store/live-keyring.ts'
import { migrate, readSchemaVersion } from '../store/migrations.ts'
import { localPrincipal } from './access.ts'
import { newPrincipal } from './principals/new-principal.ts'
import { Rows } from '../store/rows.ts'
import { principalTable } from '../store/principals.ts'
import { stackComponentTable, stackTable } from '../store/stacks.ts'
import type { Store, Transaction } from '../store/store.ts'
import { preferenceTable, workspaceTable } from '../store/workspaces.ts'

export interface OpenStoreInput {
  readonly store: Store
  readonly rootKey: RootKey
  /** The id of a store that is filled now, where its root key is bound to one already. 16 bytes. */
  readonly newStoreId?: Buffer | undefined
  readonly clock: () => number
  readonly random: RandomSource
  /** Name or id of the workspace to work in; `default` without it. */
  readonly workspace?: string | undefined
  /** A label of the first event. */
  readonly osUser: string
  /** Finds the root key again after another process has changed it. */
  readonly findRootKey?: FindRootKey | undefined
}

/** The one workspace of an embedded store. */
const defaultWorkspace = 'default'
/** Name of the first stack and of its components. */
export const defaultStack = 'default'
/** The preference that holds the id of the active stack. */
export const activeStack = 'active-stack'

export interface OpenedStore {
  readonly keyring: LiveKeyring
  readonly chain: AuditChain
  readonly workspaceId: Id
  readonly principalId: Id
}

/** Was the store ever used? Until then, and never again, a root key may be made for it. Throws `store_corrupt`. */
export function storeExists(store: Store): Promise<boolean> {
  return store.transaction(async (tx) => (await readSchemaVersion(tx)) > 0)
}

/**
 * Opens the store with its root key, filling it on first use. Codes: `key_wrong` (nothing is changed), `keyring_corrupt`,
 * `store_newer`, `store_corrupt`, `row_altered`, and those of a transaction.
 */
export function openStore(input: OpenStoreInput): Promise<OpenedStore> {
  return input.store.transaction(async (tx) => {
    const version = await readSchemaVersion(tx)
    if (version === 0) {
      if ((input.workspace ?? defaultWorkspace) !== defaultWorkspace) throw noWorkspace(input.workspace ?? '')
      return fillStore(tx, input)
    }
    await migrate(tx, version)
    const keyring = await openStoredKeyring(tx, input.rootKey)
    if (keyring === undefined) throw incomplete('its keyring')
    const live = new LiveKeyring(keyring, input.rootKey, input.findRootKey)
    const rows = new Rows(tx, live)
    const { workspace: wanted = defaultWorkspace } = input
    const workspace = await rows.find(workspaceTable, isId(wanted) ? 'id = $1' : 'name = $1', [wanted])
    const principal = await rows.find(principalTable, 'name = $1', [localPrincipal])
    if (workspace === undefined && wanted !== defaultWorkspace) throw noWorkspace(wanted)
    if (workspace === undefined || principal === undefined) throw incomplete('its workspace or principal')
    return { keyring: live, chain: new AuditChain(live), workspaceId: workspace.id, principalId: principal.id }
  })
}

async function fillStore(
  tx: Transaction,
  { rootKey, newStoreId, clock, random, osUser, findRootKey }: OpenStoreInput,
): Promise<OpenedStore> {
  const nowMs = clock()
  const { keyring, blob } = createKeyring({ rootKey, storeId: newStoreId ?? random(16), nowMs, random })
  const live = new LiveKeyring(keyring, rootKey, findRootKey)
  const storeId = idText(keyring.storeId)
  await migrate(tx, 0)
  await tx.run('INSERT INTO keyring (id, store_id, generation, blob) VALUES (1, $1, $2, $3)', [
    storeId,
    keyring.generation,
    blob,
  ])
  await tx.run('INSERT INTO data_key (id) VALUES ($1)', [keyring.activeDataKeyId])
  await beginChain(tx, keyring)
  const rows = new Rows(tx, live)
  const ids = { workspaceId: createId(nowMs, random), principalId: createId(nowMs, random) }
  await rows.insert(workspaceTable, { id: ids.workspaceId, name: defaultWorkspace, created_at: nowMs })
  await rows.insert(principalTable, newPrincipal({ id: ids.principalId, kind: 'user', name: localPrincipal, nowMs }))
  await makeDefaultStack(rows, { ...ids, nowMs, newId: () => createId(nowMs, random) })
  const chain = new AuditChain(live)
  chain.append(tx, {
    occurred_at: nowMs,
    principal_id: ids.principalId,
    principal: localPrincipal,
    os_user: osUser,
    operation: 'createStore',
    outcome: 'done',
    object: `store ${storeId}`,
    object_id: storeId,
    detail: canonicalJson({ rows: rows.takeWritten() }),
  })
  return { keyring: live, chain, ...ids }
}

/** What every workspace begins with, and what the principal who makes it works on. */
export async function makeDefaultStack(
  rows: Rows,
  { workspaceId, principalId, nowMs, newId }: { workspaceId: Id; principalId: Id; nowMs: number; newId: () => Id },
): Promise<void> {
  const common = {
    workspace_id: workspaceId,
    description: '',
    labels: '{}',
    author: principalId,
    created_at: nowMs,
    updated_at: nowMs,
  }
  const members = [
    { type: 'orchestrator', id: newId() },
    { type: 'artifact-store', id: newId() },
  ]
  for (const { type, id } of members) {
    await rows.insert(componentTable, { ...common, id, type, name: defaultStack, flavor: 'local', attributes: '{}' })
  }
  const components = JSON.stringify(Object.fromEntries(members.map(({ type, id }) => [type, id])))
  const stackId = newId()
  await rows.insert(stackTable, { ...common, id: stackId, name: defaultStack, components, settings: '{}' })
  for (const { type, id } of members)
    await rows.insert(stackComponentTable, { stack_id: stackId, type, component_id: id })
  await rows.insert(preferenceTable, {
    workspace_id: workspaceId,
    principal_id: principalId,
    name: activeStack,
    value: stackId,
  })
}

function incomplete(what: string): SottoError {
  return new SottoError('store_corrupt', `the store lacks ${what}`, { hint: 'move the file away and restore a backup' })
}

function noWorkspace(name: string): SottoError {
  return new SottoError('workspace_not_found', `there is no workspace ${shown(name)}`, { hint: 'sotto workspace list' })
}
