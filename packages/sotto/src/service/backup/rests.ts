import { systemCode } from '@sotto/sdk/model'
import { readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** Removes files beside `path` that a killed process left: named after it, an ending, and the id of the process. */
export function removeRests(path: string, ending: (pid: string) => string): void {
  const [before = '', after = ''] = ending('\n').split('\n')
  const prefix = `${basename(path)}${before}`
  for (const name of readdirSync(dirname(path))) {
    if (!name.startsWith(prefix)) continue
    const [, pid, rest = ''] = /^(\d{1,10})(.*)$/.exec(name.slice(prefix.length)) ?? []
    if (pid !== undefined && rest.startsWith(after) && !isAlive(Number(pid)))
      rmSync(join(dirname(path), name), { force: true })
  }
}

/** Our own id counts as dead: what has it is of a process before us, in a container that always begins with the same. */
export function isAlive(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemCode(error) === 'EPERM'
  }
}
