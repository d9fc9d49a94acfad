import { join } from 'node:path'
import type { OpenServiceInput } from '../open-service.ts'

/** Names the database that the processes of a test share instead of a file. */
const urlVariable = 'SOTTO_TEST_STORE_URL'

/**
 * Where tests that need real files, or several processes on them, open a service: all of it in one folder, but for a store
 * in the database that `SOTTO_TEST_STORE_URL` names.
 */
export function inFolder(folder: string, more: Partial<OpenServiceInput> = {}): OpenServiceInput {
  const { [urlVariable]: url, PGPASSWORD } = process.env
  return {
    env: url === undefined ? {} : { PGPASSWORD },
    storePath: url ?? join(folder, 'data/store.db'),
    rootKeyPath: join(folder, 'state/root.key'),
    logsFolder: join(folder, 'data/logs'),
    flavors: [],
    osUser: 'tester',
    ...more,
  }
}
