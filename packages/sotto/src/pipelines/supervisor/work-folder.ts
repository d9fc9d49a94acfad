/**
 * A private folder for what one attempt needs in files; gone when the attempt has ended. A supervisor that is killed
 * cannot remove it, and secrets may lie in it: so its name says whose it is, and the next run removes what is left.
 *
 *     sotto-step-OWNER-PID-RANDOM      OWNER: 8 hex digits that tell machines and containers apart
 */
import { systemCode } from '@sotto/sdk/model'
import { createHash } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { lstat, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

export interface WorkFolder {
  readonly path: string
  /** Writes a 0600 file and returns its path. `name` is a plain file name. */
  write(name: string, data: string | Uint8Array): Promise<string>
  /** Makes a 0700 folder and returns its path. */
  folder(name: string): Promise<string>
  remove(): Promise<void>
}

/** Makes one under `parent`, mode 0700. */
export async function makeWorkFolder(parent: string): Promise<WorkFolder> {
  const path = await mkdtemp(join(parent, `${ownPrefix()}${String(process.pid)}-`))
  return {
    path,
    async write(name, data) {
      const file = join(path, name)
      await writeFile(file, data, { mode: 0o600, flag: 'wx' })
      return file
    },
    async folder(name) {
      const folder = join(path, name)
      await mkdir(folder, { mode: 0o700 })
      return folder
    },
    async remove() {
      await rm(path, { recursive: true, force: true, maxRetries: 2 })
    },
  }
}

/** Removes the folders under `parent` whose supervisors are gone. What cannot be removed stays. */
export async function removeStaleWorkFolders(parent: string): Promise<void> {
  const prefix = ownPrefix()
  const names = await readdir(parent).catch((): string[] => [])
  for (const name of names) {
    if (!name.startsWith(prefix) || isRunning(Number.parseInt(name.slice(prefix.length), 10))) continue
    const path = join(parent, name)
    const found = await lstat(path).catch(() => undefined)
    if (found?.isDirectory() !== true || found.uid !== process.getuid?.()) continue
    await rm(path, { recursive: true, force: true }).catch(() => {})
  }
}

/** Numbers of processes mean something on one machine and in one of its namespaces only; a folder may be shared by more. */
function ownPrefix(): string {
  const owner = createHash('sha256').update(`${hostname()}\0${pidNamespace()}`).digest('hex')
  return `sotto-step-${owner.slice(0, 8)}-`
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return '' // no Linux
  }
}

/** A number that another process has by now counts as running: its folder goes later. */
function isRunning(pid: number): boolean {
  if (!(pid > 0)) return true // not one of our names
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemCode(error) !== 'ESRCH'
  }
}
