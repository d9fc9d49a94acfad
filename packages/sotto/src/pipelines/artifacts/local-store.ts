/** The local artifact store: files named by the digest of their bytes, so that nothing is stored twice or changed. */
import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { access, chmod, copyFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import { SottoError, systemCode } from '@sotto/sdk/model'
import type { ArtifactRecord, ResolvedComponent } from '@sotto/sdk/model'
import { makeFolder } from '../../files/make-folder.ts'
import { digestOf, fileDigest } from './artifact.ts'
import type { StoredArtifact } from './stored-artifact.ts'

/** The store that a stack's component names; one without a path lies in `defaultFolder`. Codes: `unsupported`, `attribute_invalid`. */
export function openArtifactStore(component: ResolvedComponent | undefined, defaultFolder: string): LocalArtifactStore {
  if (component === undefined) return new LocalArtifactStore(defaultFolder)
  if (component.flavor !== 'local') {
    throw new SottoError(
      'unsupported',
      `artifact store "${component.name}" is of flavor "${component.flavor}", which the local engine cannot use`,
      { hint: 'use a stack with a local artifact store' },
    )
  }
  const path = component.attributes['path']
  if (path === undefined || path === null || path === '') return new LocalArtifactStore(defaultFolder)
  if (typeof path !== 'string' || !isAbsolute(path)) {
    throw new SottoError('attribute_invalid', `path of artifact store "${component.name}" is not an absolute path`, {
      hint: `sotto artifact-store update ${component.name} --path=/…`,
    })
  }
  return new LocalArtifactStore(path)
}

export class LocalArtifactStore {
  private readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  /** Stores bytes under a name. */
  async put(name: string, codec: ArtifactRecord['codec'], bytes: Uint8Array): Promise<StoredArtifact> {
    const digest = digestOf(bytes)
    const path = await this.place(digest, async (temporary) => {
      await writeFile(temporary, bytes, { mode: 0o600, flush: true, flag: 'wx' })
    })
    return { name, codec, digest, sizeBytes: bytes.length, path }
  }

  /** Stores a copy of a file of any size. */
  async putFile(name: string, codec: ArtifactRecord['codec'], file: string): Promise<StoredArtifact> {
    const digest = await fileDigest(file)
    const path = await this.place(digest, async (temporary) => {
      await writeFile(temporary, '', { mode: 0o600, flag: 'wx' })
      await copyFile(file, temporary, constants.COPYFILE_FICLONE)
      // copyFile takes over the mode of its source.
      await chmod(temporary, 0o600)
      if ((await fileDigest(temporary)) !== digest)
        throw new SottoError('step_failed', `output "${name}" was changed while it was stored`, {
          hint: 'a process of the step is still writing it',
        })
    })
    return { name, codec, digest, sizeBytes: (await stat(path)).size, path }
  }

  /** Written beside its place and renamed into it: another run never sees half a file. */
  private async place(digest: string, write: (temporary: string) => Promise<void>): Promise<string> {
    const hex = digest.slice('sha256:'.length)
    const path = join(this.folder, 'sha256', hex.slice(0, 2), hex)
    if (await exists(path)) return path
    const temporary = `${path}.${randomUUID()}.tmp`
    try {
      makeFolder(dirname(path))
      await write(temporary)
      await rename(temporary, path)
    } catch (error) {
      await rm(temporary, { force: true })
      if (error instanceof SottoError) throw error
      const code = systemCode(error) ?? 'unknown error'
      throw new SottoError('step_failed', `the artifact store in ${this.folder} cannot be written (${code})`, {
        cause: error,
      })
    }
    return path
  }
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  )
}
