/** Folders and files of a store: made with the right mode before anything is written, refused where they are unsafe. */
import { chmodSync, closeSync, lstatSync, openSync, statfsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { shellWord, SottoError, systemCode } from '@sotto/sdk/model'
import { makeFolder } from '../files/make-folder.ts'
import { otherWriters } from '../files/other-writers.ts'

/** Numbers of Linux's statfs(2) for file systems whose locks or shared memory other machines do not see. */
const networkFileSystems = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x01021997, '9P'],
  [0x5346414f, 'AFS'],
  [0x73757245, 'Coda'],
  [0x00c36400, 'Ceph'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
])

/** Tests pass another one, since they have no network file system at hand. */
export type FileSystemType = (folder: string) => number

const systemFileSystemType: FileSystemType = (folder) => statfsSync(folder).type

/** Makes the store's folder (0700) where it is missing. Codes: `store_unwritable`, also for a network file system. */
export function makeStoreFolder(path: string, fileSystemType: FileSystemType = systemFileSystemType): void {
  const folder = dirname(path)
  try {
    if (makeFolder(folder)) chmodSync(folder, 0o700) // a umask may have taken our own rights
    refuseNetwork(folder, fileSystemType)
    lstatSync(path, { throwIfNoEntry: false }) // throws where this user may not even look
  } catch (error) {
    throw fileError(error, path)
  }
}

/**
 * Makes the folder and an empty file (0600) where they are missing. SQLite gives its -wal and -shm files the mode of the
 * file. Codes: `store_unwritable`, `store_insecure`.
 */
export function prepareStoreFile(path: string, fileSystemType?: FileSystemType): void {
  makeStoreFolder(path, fileSystemType)
  try {
    makeFile(path)
    refuseOpenToOthers(path)
  } catch (error) {
    throw fileError(error, path) // ENOENT of a link that leads nowhere, too
  }
}

function makeFile(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) return
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error // another process was faster
  }
}

function refuseNetwork(folder: string, fileSystemType: FileSystemType): void {
  if (process.platform !== 'linux') return
  const name = networkFileSystems.get(fileSystemType(folder))
  if (name === undefined) return
  throw new SottoError(
    'store_unwritable',
    `${folder} lies on a network file system (${name}), where SQLite can lose data`,
    {
      hint: 'set SOTTO_HOME to a folder on a local disk',
    },
  )
}

function refuseOpenToOthers(path: string): void {
  if (process.platform === 'win32') return
  const file = statSync(path)
  if (!file.isFile()) {
    throw new SottoError('store_corrupt', `${path} is not a file`, {
      hint: 'move it away, or set SOTTO_HOME to another folder',
    })
  }
  if ((file.mode & 0o077) !== 0) {
    throw new SottoError('store_insecure', `other users may open the store ${path}`, {
      hint: `chmod 600 ${shellWord(path)}`,
    })
  }
  refuseOtherWriters(dirname(path))
}

/**
 * Whoever may write the folder can put another file in the place of the store or, where it is sticky, a log beside it
 * that SQLite would read.
 */
function refuseOtherWriters(folder: string): void {
  const found = statSync(folder)
  const others = otherWriters(found, 'is not enough')
  if (others === undefined) return
  // A mounted folder is often not ours to change.
  const ours = found.uid === process.geteuid?.()
  throw new SottoError('store_insecure', `the folder ${folder} of the store may be written by ${others}`, {
    hint: `${ours ? `chmod go-w ${shellWord(folder)}, or ` : ''}set SOTTO_HOME to a folder of your own, such as ${join(folder, 'sotto')}`,
  })
}

function fileError(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || error instanceof SottoError) return error
  const code = String(error.code)
  const reasons: { readonly [code: string]: string } = {
    EACCES: 'this user has no access',
    ENOENT: 'its folder cannot be made',
    ENOTDIR: 'a part of its path is a file',
    EROFS: 'the disk is read-only',
    ENOSPC: 'no space is left',
  }
  return new SottoError('store_unwritable', `the store ${path} cannot be opened or made: ${reasons[code] ?? code}`, {
    hint: 'make the folder writable, or set SOTTO_HOME to another one',
    cause: error,
  })
}
