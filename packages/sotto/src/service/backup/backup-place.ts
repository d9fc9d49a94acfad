/**
 * The file that a backup is written to. Whoever may make backups must not be able to overwrite something else with one:
 * nothing but a backup is ever replaced, no link is followed, and the store's own files are out of reach.
 */
import {
  closeSync,
  constants,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { shellWord, shown, SottoError, systemCode } from '@sotto/sdk/model'
import { prefixSize } from './backup-format.ts'

export interface BackupPlace {
  /** The file itself, in a folder without links. */
  readonly path: string
  /** Written first. */
  readonly temporary: string
  readonly replaces: boolean
}

export interface PlaceInput {
  readonly file: string
  readonly replace: boolean
  /** The store's file. */
  readonly storePath: string
}

/** Throws `input_invalid`, `file_exists` and `file_unreadable`. Touches nothing. */
export function findPlace({ file, replace, storePath }: PlaceInput): BackupPlace {
  if (!isAbsolute(file)) throw new SottoError('input_invalid', `the backup ${shown(file)} is not an absolute path`)
  const folder = realFolder(file)
  const path = join(folder, basename(file))
  if (folder === realFolder(storePath) && basename(path).startsWith(basename(storePath))) {
    throw new SottoError('input_invalid', `${shown(file)} is a name of the store's own files`, {
      hint: 'name another file, on another disk where there is one',
    })
  }
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found !== undefined) {
    if (!found.isFile()) throw exists(file, 'is there, and is no file')
    if (!replace) throw exists(file, 'exists', 'add --yes to replace it, or name another file')
    if (!isBackup(path)) throw exists(file, 'exists, and is no backup')
  }
  return { path, temporary: `${path}.${String(process.pid)}.tmp`, replaces: found !== undefined }
}

/** Gives the written temporary file its name, and makes that durable. Throws `file_exists` where the name was taken meanwhile. */
export function givePlace({ path, temporary, replaces }: BackupPlace): void {
  try {
    if (replaces) renameSync(temporary, path)
    else takeName(temporary, path)
  } catch (error) {
    if (systemCode(error) === 'EEXIST') throw exists(path, 'exists', 'add --yes to replace it, or name another file')
    throw error
  }
  syncFolder(dirname(path))
}

/** A link fails where the name is taken; a rename would replace whatever got there first. */
function takeName(temporary: string, path: string): void {
  try {
    linkSync(temporary, path)
    rmSync(temporary)
  } catch (error) {
    // A disk for several systems (FAT, exFAT) has no links: there the name is taken by an empty file.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(systemCode(error) ?? '')) throw error
    closeSync(openSync(path, 'wx', 0o600))
    renameSync(temporary, path)
  }
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** What an error of the system means for the file. An error of ours is given back. */
export function fileError(error: unknown, file: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || error instanceof SottoError) return error
  const reason = error.code === 'ENOSPC' ? 'no space is left on its disk' : String(error.code)
  return new SottoError('file_unreadable', `the backup ${shown(file)} cannot be written: ${reason}`, {
    hint: 'free some space or name a file elsewhere; nothing was left there',
    cause: error,
  })
}

function realFolder(file: string): string {
  try {
    return realpathSync(dirname(file))
  } catch (error) {
    throw new SottoError(
      'file_unreadable',
      `the folder of ${shown(file)} cannot be used (${systemCode(error) ?? 'unknown error'})`,
      {
        hint: `mkdir -p ${shellWord(dirname(file))}`,
      },
    )
  }
}

function isBackup(path: string): boolean {
  const start = Buffer.alloc(prefixSize)
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
  try {
    readSync(descriptor, start, 0, prefixSize, 0)
  } finally {
    closeSync(descriptor)
  }
  return start.toString('latin1', 0, 3) === 'STB'
}

function exists(file: string, what: string, hint = 'name another file'): SottoError {
  return new SottoError('file_exists', `${shown(file)} ${what}`, { hint })
}
