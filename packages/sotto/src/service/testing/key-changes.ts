/** The changes of keys that are killed and run again: for the test and for the program that it kills. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Api, RootKeyChange } from '@sotto/sdk/model'
import { localKeyService } from '../../keys/testing/local-key-service.ts'
import { openService } from '../open-service.ts'
import type { OpenedService } from '../open-service.ts'

type Environment = Readonly<Record<string, string>>

/** Where a root key comes from: what the environment says then. */
const sources: Readonly<Record<'file' | 'env' | 'service', (folder: string) => Environment>> = {
  file: () => ({}),
  env: () => ({ SOTTO_ROOT_KEY: '7e'.repeat(32) }),
  service: (folder) => ({ SOTTO_ROOT_KEY_SERVICE: serviceIn(folder) }),
}

interface KeyChangeSpec {
  readonly from: keyof typeof sources
  readonly to: keyof typeof sources
  /** Fewer steps would mean that nothing was counted. */
  readonly leastSteps: number
}

const inFile = { from: 'file', to: 'file' } as const

export type KeyChange =
  | 'rotate'
  | 'rewrap'
  | 'change-root'
  | 'compromised'
  | 'from file to env'
  | 'from env to file'
  | 'from file to service'
  | 'from service to file'
  | 'from service to service'

/** Each with where the root key comes from before it and behind it. */
export const keyChanges: Readonly<Record<KeyChange, KeyChangeSpec>> = {
  rotate: { ...inFile, leastSteps: 5 },
  rewrap: { ...inFile, leastSteps: 15 },
  'change-root': { ...inFile, leastSteps: 20 },
  compromised: { ...inFile, leastSteps: 40 },
  'from file to env': { from: 'file', to: 'env', leastSteps: 12 },
  'from env to file': { from: 'env', to: 'file', leastSteps: 18 },
  'from file to service': { from: 'file', to: 'service', leastSteps: 14 },
  'from service to file': { from: 'service', to: 'file', leastSteps: 18 },
  'from service to service': { from: 'service', to: 'service', leastSteps: 10 },
}

export interface KeyStoreOptions {
  /** Where its root key comes from; a file by default. */
  readonly source?: keyof typeof sources
  /** Is told before each call of the service. */
  readonly onCall?: () => void
}

/** The store in a folder, with its root key, and the key of the service, beside it. */
export function keyStore(folder: string, { source = 'file', onCall }: KeyStoreOptions = {}): Promise<OpenedService> {
  return openService({
    env: { ...sources[source](folder), SOTTO_NEW_ROOT_KEY_SERVICE: serviceIn(folder) },
    storePath: join(folder, 'store.db'),
    rootKeyPath: join(folder, 'root.key'),
    logsFolder: join(folder, 'logs'),
    flavors: [],
    keyServices: [localKeyService(onCall)],
    osUser: 'tester',
  })
}

/** Makes the key of the service. */
export function makeServiceKey(folder: string): void {
  const path = join(folder, 'service.key')
  if (!existsSync(path)) writeFileSync(path, Buffer.alloc(32, 5))
}

/** `folder` is that of the store, for changes that lead to the service beside it. */
export async function changeKeys(api: Api, change: KeyChange, folder = ''): Promise<void> {
  if (change === 'rotate') await api.rotateKeys({})
  else if (change !== 'rewrap')
    await api.changeRoot({ ...changeTo(change, folder), compromised: change === 'compromised' })
  if (change !== 'rewrap' && change !== 'compromised') return
  for (let after: string | undefined = ''; after !== undefined;)
    after = (await api.rewrapValues({ after, limit: 2 })).next
}

function changeTo(change: KeyChange, folder: string): RootKeyChange {
  const { from, to } = keyChanges[change]
  if (to === from) return {} // as now
  if (to === 'env') return { to, rootKey: sources.env(folder)['SOTTO_ROOT_KEY'] }
  return to === 'service' ? { to, service: serviceIn(folder) } : { to }
}

function serviceIn(folder: string): string {
  return `local:${join(folder, 'service.key')}`
}
