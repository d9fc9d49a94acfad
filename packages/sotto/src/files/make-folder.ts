/** Folders of our own, made level by level. */
import { systemCode } from '@sotto/sdk/model'
import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder and the parents that are missing, each 0700; gives whether it made any. Not `mkdirSync` with
 * `recursive`, which goes round for ever where a file system answers ENOENT for a new name, as /proc does.
 */
export function makeFolder(folder: string): boolean {
  if (existsSync(folder)) return false
  const parent = dirname(folder)
  if (parent !== folder) makeFolder(parent)
  try {
    mkdirSync(folder, { mode: 0o700 })
    return true
  } catch (error) {
    // Another process was faster; a file of that name is found out by whoever puts something into it.
    if (systemCode(error) === 'EEXIST') return false
    throw error
  }
}
