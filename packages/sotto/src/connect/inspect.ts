/** The file of the store on this machine, as SQLite sees it, and the disk it lies on. */
import { statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { findDamage } from '../service/inspect-store.ts'
import { listSetAside } from '../service/backup/set-aside.ts'
import type { SetAside } from '../service/backup/set-aside.ts'
import { findPlaces } from './places.ts'

export interface StoreFileState {
  /** What is damaged, in words. */
  readonly damage: readonly string[]
  readonly sizeBytes: number
  /** What is left for us on its disk. */
  readonly freeBytes: number
  /** States that restores have replaced, in files beside the store. */
  readonly setAside: readonly SetAside[]
}

/** The clock that times of events come from. */
export function storeClock(): Date {
  return new Date()
}

/** Codes as of a store. */
export async function inspectStoreFile(env: Readonly<Record<string, string | undefined>>): Promise<StoreFileState> {
  const { storePath } = findPlaces(env)
  const { bavail, bsize } = statfsSync(dirname(storePath))
  return {
    damage: await findDamage(storePath),
    sizeBytes: statSync(storePath).size,
    freeBytes: bavail * bsize,
    setAside: listSetAside(storePath),
  }
}
