/** What the tests of references share: flavors, several principals on one store, and a count of statements. */
import { textValue } from '@sotto/sdk/model'
import type { Api, Flavor, FlavorAttribute, Id, SecretValues } from '@sotto/sdk/model'
import { systemRandom } from '../../keys/random.ts'
import { Rows } from '../../store/rows.ts'
import type { Store, Transaction } from '../../store/store.ts'
import { principalTable } from '../../store/principals.ts'
import { everyRight, fixedAccess } from '../fixed-access.ts'
import type { AccessRule } from '../fixed-access.ts'
import { newPrincipal } from '../principals/new-principal.ts'
import { createService } from '../service.ts'
import type { TestService } from '../testing.ts'

export function attribute(name: string, facts: Partial<FlavorAttribute> = {}): FlavorAttribute {
  return { name, type: 'string', required: 'no', secret: false, description: '', ...facts }
}

function flavor(type: Flavor['type'], name: string, attributes: readonly FlavorAttribute[]): Flavor {
  return { type, name, builtIn: true, description: '', attributes }
}

export const testFlavors: readonly Flavor[] = [
  flavor('orchestrator', 'local', [attribute('queue')]),
  flavor('artifact-store', 'local', [attribute('path')]),
  flavor('experiment-tracker', 'mlflow', [
    attribute('tracking_uri', { required: 'run' }),
    attribute('tracking_username', { secret: true }),
    attribute('tracking_password', { secret: true }),
    attribute('nested', { type: 'boolean', default: false }),
    attribute('retries', { type: 'number' }),
    attribute('hosts', { type: 'list' }),
    attribute('tags', { type: 'object', default: {} }),
  ]),
]

export function texts(values: { readonly [key: string]: string }): SecretValues {
  return Object.fromEntries(Object.entries(values).map(([key, text]) => [key, textValue(text)]))
}

/** The same store for another caller, or with other rights, or through a store that is watched. */
export function apiOf(
  service: TestService,
  other: { principalId?: Id; access?: AccessRule; store?: Store; flavors?: readonly Flavor[] } = {},
): Api {
  return createService({
    store: other.store ?? service.store,
    keyring: service.keyring,
    chain: service.chain,
    clock: () => Date.UTC(2026, 0, 1),
    random: systemRandom,
    access: fixedAccess(other.access ?? everyRight),
    flavors: other.flavors ?? testFlavors,
    rootKeyPath: '',
    logsFolder: service.folder,
  }).as({ principalId: other.principalId ?? service.principalId, workspaceId: service.workspaceId, osUser: 'tester' })
}

/** Another user, which an embedded store has not. */
export async function addPrincipal(service: TestService, name: string): Promise<Id> {
  const id = `019b0000-0000-7000-8000-${Buffer.from(name).toString('hex').padStart(12, '0').slice(-12)}`
  await service.store.transaction((tx) =>
    new Rows(tx, service.keyring).insert(principalTable, newPrincipal({ id, kind: 'user', name, nowMs: 0 })),
  )
  return id
}

/** A store that notes every statement. */
export function watchedStore(store: Store): { readonly store: Store; readonly statements: string[] } {
  const statements: string[] = []
  const watch = (tx: Transaction): Transaction => ({
    all: (sql, params) => (statements.push(sql), tx.all(sql, params)),
    get: (sql, params) => (statements.push(sql), tx.get(sql, params)),
    run: (sql, params) => (statements.push(sql), tx.run(sql, params)),
    isEmpty: () => tx.isEmpty(),
    define: (ddl) => tx.define(ddl),
    beforeCommit: (finish) => tx.beforeCommit(finish),
    atCommit: (step, note) => tx.atCommit(step, note),
    recall: (search) => tx.recall(search),
    remember: (search, row) => tx.remember(search, row),
  })
  const watched: Store = {
    place: store.place,
    transaction: (work) => store.transaction((tx) => work(watch(tx))),
    snapshot: (work) => store.snapshot((tx) => work(watch(tx))),
    close: () => store.close(),
  }
  return { store: watched, statements }
}
