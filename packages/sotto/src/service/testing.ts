/** What the tests of the service share: a real store in a folder of its own, with clock and rights to turn. */
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { isSottoError } from '@sotto/sdk/model'
import type { Api, ErrorCode, Flavor } from '@sotto/sdk/model'
import { createIdentityVerifier } from '../identity/create-identity-verifier.ts'
import { systemRandom } from '../keys/random.ts'
import { RootKey } from '../keys/root-key.ts'
import type { SqlRow, SqlValue, Store } from '../store/store.ts'
import { onPostgres, openTestStore, temporaryFolder } from '../store/testing.ts'
import { everyRight, fixedAccess } from './fixed-access.ts'
import type { AccessRule } from './fixed-access.ts'
import { openStore } from './first-use.ts'
import type { OpenedStore } from './first-use.ts'
import { storedGrants } from './principals/stored-grants.ts'
import { createService } from './service.ts'
import type { Service } from './service.ts'

export interface TestService extends OpenedStore {
  readonly api: Api
  /** As the program has it: rights are what was granted. */
  readonly service: Service
  readonly store: Store
  readonly folder: string
  /** The same store for a caller whose rights are decided by this rule. */
  readonly withRule: (rule: AccessRule) => Api
  /** SQL behind the service's back. */
  readonly sql: (text: string, params?: readonly SqlValue[]) => Promise<readonly SqlRow[]>
  /** Lets the time pass. */
  readonly advance: (ms: number) => void
}

/** The same root key for every test. */
function testRootKey(fill = 7): RootKey {
  return new RootKey({ kind: 'file', origin: '/test/root.key', bytes: Buffer.alloc(32, fill) })
}

let reachedBy = (api: Api): Api => api

/**
 * From now on the tests of this process reach the Api of a service through that of `wrap`, which has its answers from the one
 * it is given: so the tests of the service say of another way to it that it is the same.
 */
export function reachServicesBy(wrap: (api: Api) => Api): void {
  reachedBy = wrap
}

/** A store after its first use, in the folder of another one where that is given. The clock stands until it is advanced. */
export async function openTestService(
  t: TestContext,
  options: { flavors?: readonly Flavor[]; folder?: string } = {},
): Promise<TestService> {
  const folder = options.folder ?? temporaryFolder(t)
  const store = await openTestStore(t, folder)
  let nowMs = Date.UTC(2026, 0, 1)
  const clock = (): number => nowMs
  const opened = await openStore({ store, rootKey: testRootKey(), clock, random: systemRandom, osUser: 'tester' })
  const common = {
    store,
    ...opened,
    clock,
    random: systemRandom,
    identities: createIdentityVerifier({ clock }),
    flavors: options.flavors ?? [],
    rootKeyPath: join(folder, 'root.key'),
    logsFolder: join(folder, 'logs'),
  }
  const withRule = (access: AccessRule): Api =>
    reachedBy(createService({ ...common, access: fixedAccess(access) }).as({ ...opened, osUser: 'tester' }))
  return {
    ...opened,
    api: withRule(everyRight),
    service: createService({ ...common, access: storedGrants }),
    store,
    folder,
    withRule,
    sql: (text, params = []) => store.transaction((tx) => tx.all(onPostgres ? inPostgres(text) : text, params)),
    advance: (ms) => {
      nowMs += ms
    },
  }
}

/** Which row of its table a row is, whatever its columns say; another one after an update. */
export const rowPlace: string = onPostgres ? 'ctid::text' : 'rowid'

/** Tests write bytes as SQLite does. */
function inPostgres(text: string): string {
  const typed = text.replaceAll(/\bX'([0-9a-f]*)'/gi, "decode('$1', 'hex')")
  return typed.replaceAll(/\bzeroblob\((\d+)\)/g, "decode(repeat('00', $1), 'hex')")
}

/** For `assert.rejects`: a SottoError of this code. */
export function withCode(code: ErrorCode): (error: unknown) => boolean {
  return (error) => {
    if (isSottoError(error, code)) return true
    throw error
  }
}
