/** A file with values in it: readable by its owner alone from its first moment, never half written. */
import { constants } from 'node:fs'
import { lstat, open, rename, rm } from 'node:fs/promises'
import { shown, SottoError, systemCode } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { resolvePath } from '../values/read-file.ts'

export interface PrivateFile {
  readonly path: string
  write(text: string): Promise<void>
}

/**
 * Asks before anything is revealed whether a file that is there may be replaced.
 * Codes: `file_exists`, `file_unreadable` where it cannot be written, `interrupted`.
 */
export async function claimFile(call: Call, given: string): Promise<PrivateFile> {
  const { ask, context } = call
  const path = resolvePath(context, given)
  const found = await lstat(path).catch(() => undefined)
  if (found?.isDirectory() === true)
    throw new SottoError('file_exists', `${shown(given)} is a folder`, { hint: 'name a file in it' })
  if (found !== undefined && !ask.saidYes) {
    if (!ask.canAsk) throw exists(given)
    if (!(await ask.confirm(`Replace file ${given}?`))) throw new SottoError('interrupted', 'nothing was written')
    ask.done()
  }
  return { path: given, write: (text) => place(path, given, text, found !== undefined) }
}

/** A new file is created exclusively, so nothing is replaced unasked; a replacement is written beside it and moved. */
async function place(path: string, given: string, text: string, replace: boolean): Promise<void> {
  const target = replace ? `${path}.${String(process.pid)}.tmp` : path
  try {
    const file = await open(target, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    if (replace) await rename(target, path)
  } catch (error) {
    const code = systemCode(error) ?? 'unknown error'
    if (code === 'EEXIST') throw exists(given)
    await rm(target, { force: true })
    throw new SottoError('file_unreadable', `file ${shown(given)} cannot be written (${code})`, {
      hint:
        code === 'ENOENT'
          ? 'make its folder first, or name another file'
          : 'name a file in a folder that you may write',
    })
  }
}

function exists(given: string): SottoError {
  return new SottoError('file_exists', `file ${shown(given)} exists`, {
    hint: 'add --yes to replace it, or name another file',
  })
}
