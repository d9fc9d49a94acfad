/** The changes of keys that are killed and run again: for the test and for the program that it kills. */
import { join } from 'node:path'
import type { Api } from '@sotto/sdk/model'
import { openService } from '../open-service.ts'
import type { OpenedService } from '../open-service.ts'

export const keyChanges = ['rotate', 'rewrap', 'change-root', 'compromised'] as const

export type KeyChange = (typeof keyChanges)[number]

/** The store in a folder, with its root key beside it. */
export function keyStore(folder: string): Promise<OpenedService> {
  return openService({
    env: {},
    storePath: join(folder, 'store.db'),
    rootKeyPath: join(folder, 'root.key'),
    logsFolder: join(folder, 'logs'),
    flavors: [],
    osUser: 'tester',
  })
}

export async function changeKeys(api: Api, change: KeyChange): Promise<void> {
  if (change === 'rotate') await api.rotateKeys({})
  else if (change !== 'rewrap') await api.changeRoot({ compromised: change === 'compromised' })
  if (change === 'rotate' || change === 'change-root') return
  for (let after: string | undefined = ''; after !== undefined;)
    after = (await api.rewrapValues({ after, limit: 2 })).next
}
