/** Compiled code of steps: without it a trivial .ts step costs 2.6 forks of an empty file, with it one. */
import { lstatSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeFolder } from '../../files/make-folder.ts'
import { otherWriters } from '../../files/other-writers.ts'

/**
 * The folder if it is ours and closed to everybody else; made where it is missing. Compiled code is code: another
 * user who could write there would run his own in our steps. `undefined` means: no cache, slower, not broken.
 */
export function safeCacheFolder(folder: string): string | undefined {
  try {
    if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) makeFolder(folder)
    // Who may write above it can put another folder of ours in its place.
    if (otherWriters(statSync(dirname(folder)), 'protects') !== undefined) return undefined
    const found = lstatSync(folder)
    const ours = found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0
    return ours ? folder : undefined
  } catch {
    return undefined
  }
}
