/** A new file that is written piece by piece: for its owner alone, and never in the place of another. */
import { constants } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { shown, SottoError, systemCode } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { resolvePath } from '../values/read-file.ts'

export interface StreamFile {
  write(text: string): Promise<void>
  /** Everything is on disk behind it. */
  finish(): Promise<void>
  /** Removes what was written. */
  discard(): Promise<void>
}

/** Codes: `file_exists`, also with --yes (an export is evidence and is not replaced); `file_unreadable`. */
export async function claimStream({ context }: Call, given: string): Promise<StreamFile> {
  const path = resolvePath(context, given)
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      const code = systemCode(error) ?? 'unknown error'
      if (code === 'EEXIST')
        throw new SottoError('file_exists', `file ${shown(given)} exists`, { hint: 'name another file' })
      throw new SottoError('file_unreadable', `file ${shown(given)} cannot be written (${code})`)
    }
  }
  const file = await attempt(() => open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600))
  return {
    write: (text) => attempt(() => file.writeFile(text)),
    finish: () =>
      attempt(async () => {
        await file.sync()
        await file.close()
      }),
    discard: async () => {
      await file.close().catch(() => undefined)
      await rm(path, { force: true })
    },
  }
}
