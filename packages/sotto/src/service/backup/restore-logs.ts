import { systemCode } from '@sotto/sdk/model'
import { closeSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../../files/make-folder.ts'
import { runOfLog } from './backup-format.ts'
import type { BackupReader } from './backup-reader.ts'

/** Puts back the logs of runs that are not there. Gives their number. A log that is there is at least as long. */
export function restoreLogs(reader: BackupReader, folder: string): number {
  let restored = 0
  for (const section of reader.header.sections) {
    const run = runOfLog(section)
    if (run === undefined) continue
    makeFolder(folder)
    if (restoreLog(join(folder, `${run}.log`), (descriptor) => reader.copy(section, descriptor))) restored += 1
  }
  return restored
}

function restoreLog(path: string, write: (descriptor: number) => void): boolean {
  let descriptor: number
  try {
    descriptor = openSync(path, 'wx', 0o600)
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false
    throw error
  }
  try {
    write(descriptor)
    return true
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  } finally {
    closeSync(descriptor)
  }
}
