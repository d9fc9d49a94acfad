/** A private folder for what one attempt needs in files; gone when the attempt has ended. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
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
  const path = await mkdtemp(join(parent, 'sotto-step-'))
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
