/**
 * The state that a restore replaces, kept beside the store:
 *
 *     store.db.before-restore-TIME.PID.part   written and on disk before anything is replaced
 *     store.db.before-restore-TIME            named so once the restore has committed
 *
 * Killed in between, only the store can tell whether the restore came to its commit: where its audit chain goes on behind
 * the end of the copy, nothing was replaced, and the copy holds nothing that the store does not.
 */
import { readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { readHead } from '../../store/audit-chain.ts'
import type { AuditHead } from '../../store/audit-chain.ts'
import { readSnapshot } from '../../store/sqlite-snapshot.ts'
import { isAlive } from './rests.ts'

export interface SetAside {
  readonly path: string
  readonly sizeBytes: number
}

/** Where the state is set aside that is replaced at this time. */
export function setAsidePath(storePath: string, nowMs: number): string {
  return `${prefixOf(storePath)}${fileTime(nowMs)}`
}

/** Its name until the restore has committed. */
export function partOf(setAside: string): string {
  return `${setAside}.${String(process.pid)}.part`
}

/** What restores have set aside, complete or of one that was killed. */
export function listSetAside(storePath: string): readonly SetAside[] {
  const prefix = basename(prefixOf(storePath))
  return readdirSync(dirname(storePath))
    .filter((name) => name.startsWith(prefix) && !/-(?:wal|shm|journal)$/.test(name))
    .toSorted()
    .map((name) => join(dirname(storePath), name))
    .map((path) => ({ path, sizeBytes: statSync(path).size }))
}

/** Decides about what restores have left that were killed. */
export async function settleSetAside(storePath: string): Promise<void> {
  for (const { path } of listSetAside(storePath)) {
    const pid = /\.(\d{1,10})\.part$/.exec(path)?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) await settlePart(storePath, path)
  }
}

/** Removes the copy where the store goes on behind it; else gives it its name, for it is all there is of that state. */
export async function settlePart(storePath: string, part: string): Promise<void> {
  if (await goesOnBehind(storePath, part)) removeDatabase(part)
  else renameSync(part, part.replace(/\.\d+\.part$/, ''))
}

async function goesOnBehind(storePath: string, copy: string): Promise<boolean> {
  const end = await readEnd(copy)
  if (end === undefined) return true // killed while it was written, and before that nothing is replaced
  try {
    return await readSnapshot(storePath, async (tx) => {
      const sql = 'SELECT hash FROM audit_event WHERE epoch = $1 AND sequence = $2'
      const hash = (await tx.get(sql, [end.epoch, end.sequence]))?.['hash']
      return hash instanceof Uint8Array && Buffer.compare(hash, end.head) === 0
    })
  } catch {
    return false // a store that does not open says nothing, and the copy may be worth more than it
  }
}

async function readEnd(copy: string): Promise<AuditHead | undefined> {
  try {
    return await readSnapshot(copy, async (tx) =>
      readHead(await tx.get('SELECT epoch, sequence, head, signature FROM audit_head WHERE id = 1')),
    )
  } catch {
    return undefined
  }
}

/** With what SQLite keeps beside it; whoever is killed while SQLite copies leaves its journal too. */
export function removeDatabase(path: string): void {
  for (const end of ['', '-wal', '-shm', '-journal']) rmSync(`${path}${end}`, { force: true })
}

function prefixOf(storePath: string): string {
  return `${storePath}.before-restore-`
}

/** `20261124T083112.345Z`: sorts by time, and is a name on every file system. */
function fileTime(ms: number): string {
  return new Date(ms).toISOString().replaceAll(/[-:]/g, '')
}
