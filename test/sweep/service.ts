/** Opens the service on a store's file the way a process that starts does: nothing is remembered from before. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createHash } from 'node:crypto'
import type { Api } from '@sotto/sdk/model'
import { builtInFlavors } from '../../packages/sotto/src/integrations/flavors.ts'
import { systemRandom } from '../../packages/sotto/src/keys/random.ts'
import { RootKey } from '../../packages/sotto/src/keys/root-key.ts'
import { storedGrants } from '../../packages/sotto/src/service/principals/stored-grants.ts'
import { openStore } from '../../packages/sotto/src/service/first-use.ts'
import { createService } from '../../packages/sotto/src/service/service.ts'
import { openSqliteStore } from '../../packages/sotto/src/store/sqlite-store.ts'

export interface OpenStoreFile {
  readonly api: Api
  close(): Promise<void>
}

export interface OpenOptions {
  /** UTC milliseconds. By default the clock stands, so that two openings of one file answer alike. */
  readonly clock?: () => number
  readonly osUser?: string
}

/** Behind everything that the stores of the sweep hold. */
const standingMs = Date.UTC(2026, 5, 1)

export const rootKey: RootKey = new RootKey({ kind: 'file', origin: '/test/root.key', bytes: Buffer.alloc(32, 7) })

/** Throws what opening throws; nothing stays open then. */
export async function openFile(path: string, options: OpenOptions = {}): Promise<OpenStoreFile> {
  const { clock = () => standingMs, osUser = 'tester' } = options
  const store = await openSqliteStore({
    path,
    // Thousands of files that nobody needs after a crash.
    prepare: (connection) => {
      connection.run('PRAGMA synchronous = OFF', [])
    },
  })
  try {
    const opened = await openStore({ store, rootKey, clock, random: systemRandom, osUser })
    const parts = { store, ...opened, clock, random: systemRandom, access: storedGrants, flavors: builtInFlavors }
    const service = createService({ ...parts, rootKeyPath: '', logsFolder: join(dirname(path), 'logs') })
    return { api: service.as({ ...opened, osUser }), close: () => store.close() }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** A folder in memory where the system has one: the sweep writes thousands of files. */
export function temporaryFolder(): { readonly path: string; remove: () => void } {
  const path = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'sotto-sweep-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** A value that is found nowhere else: whoever sees it knows whose it is. */
export function plantedValue(name: string): string {
  return `planted-${name}-${createHash('sha256').update(name).digest('hex').slice(0, 24)}`
}
