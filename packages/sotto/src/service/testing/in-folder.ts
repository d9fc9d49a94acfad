import { join } from 'node:path'
import type { OpenServiceInput } from '../open-service.ts'

/** Where tests that need real files, or several processes on them, open a service: all of it in one folder. */
export function inFolder(folder: string, more: Partial<OpenServiceInput> = {}): OpenServiceInput {
  return {
    env: {},
    storePath: join(folder, 'data/store.db'),
    rootKeyPath: join(folder, 'state/root.key'),
    logsFolder: join(folder, 'data/logs'),
    flavors: [],
    osUser: 'tester',
    ...more,
  }
}
