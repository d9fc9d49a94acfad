/**
 * A new root key in the place of the one in a file, so that at every moment the store opens with a key that lies beside
 * it. All steps are taken while the store is locked for writing, so no two processes are in the middle of them; staged and
 * former keys have their ids in their names, so two stores that share a folder do not meet either:
 *
 *     root.key   root.key.ID.new   the store opens with
 *     old        -                 old      before
 *     old        new               old      staged: written and on disk. Killed here, it stays behind and opens nothing
 *     old        new               new      the keyring was replaced, in one commit. Killed here, whoever opens the store
 *                                           next sees which key it wants, finds it, and settles
 *     new        -                 new      settled: the old key was linked to root.key.ID.old first
 *     new        -                 new      cleared: root.key.ID.old is gone, unless it was to be kept
 *
 * A restore of a backup that opens with a key which was kept goes the same way back: the kept file is linked to
 * root.key.ID.new, the keyring of the backup comes in one commit, and the files are settled.
 */
import { linkSync, lstatSync, readdirSync, renameSync, unlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { SottoError, systemCode } from '@sotto/sdk/model'
import type { RandomSource } from './random.ts'
import { findRootKeyFile, syncFolders, writeNewKey } from './root-key-file.ts'
import type { RootKey } from './root-key.ts'

export interface RootKeyPlace {
  /** Absolute: of the key itself. */
  readonly path: string
  /** Effective user id; `undefined` where the system has none. */
  readonly userId: number | undefined
}

/** The key among those with one of the ids, wherever a change has left it. `undefined` where there is none. */
export function findReplacedRootKey({ path, userId }: RootKeyPlace, ids: readonly string[]): RootKey | undefined {
  // The path once more: without the lock, a staged key may be renamed to it between two looks.
  for (const candidate of [path, ...ids.map((id) => stagedPath(path, id)), path]) {
    const rootKey = findRootKeyFile(candidate, userId)
    if (rootKey !== undefined && ids.includes(rootKey.id)) return rootKey
  }
  return undefined
}

/**
 * Writes a new key beside the old one and waits for the disk. `ids` are the keys that the store opens with now. Throws
 * `key_missing` where it cannot be written, and `file_exists` where another store's key would be replaced.
 */
export function stageRootKey(place: RootKeyPlace, ids: readonly string[], random: RandomSource): RootKey {
  const { path, userId } = place
  refuseForeign(place, ids)
  let staged: RootKey | undefined
  writeNewKey(path, random, (temporary) => {
    staged = findRootKeyFile(temporary, userId)
    if (staged !== undefined) renameSync(temporary, stagedPath(path, staged.id))
  })
  syncFolders(dirname(path))
  const rootKey = staged && findRootKeyFile(stagedPath(path, staged.id), userId)
  if (rootKey === undefined) throw new Error('the staged root key is gone')
  return rootKey
}

/**
 * Stages a key that an earlier change has set aside: a restore takes the store back to it. Does nothing where the file of
 * that key is in its place, or staged already. False where there is none.
 */
export function stageFormerRootKey(place: RootKeyPlace, id: string): boolean {
  const { path, userId } = place
  if (findReplacedRootKey(place, [id]) !== undefined) return true
  if (findRootKeyFile(asidePath(path, id), userId)?.id !== id) return false
  linkSync(asidePath(path, id), stagedPath(path, id))
  syncFolders(dirname(path))
  return true
}

/** A key that an earlier change has set aside. `undefined` where none of the ids is there. */
export function findFormerRootKey({ path, userId }: RootKeyPlace, ids: readonly string[]): RootKey | undefined {
  for (const id of ids) {
    const rootKey = findRootKeyFile(asidePath(path, id), userId)
    if (rootKey?.id === id) return rootKey
  }
  return undefined
}

/**
 * Ends what an interrupted change has left. `wanted` is the id of the key that opens the store's primary slot, read in the
 * same transaction.
 */
export function settleRootKey({ path, userId }: RootKeyPlace, wanted: string): void {
  const staged = stagedPath(path, wanted)
  if (findRootKeyFile(staged, userId)?.id !== wanted) return
  setAside({ path, userId }, wanted)
  renameSync(staged, path)
  // After a restore the key has come from there.
  if (findRootKeyFile(asidePath(path, wanted), userId)?.id === wanted) unlinkSync(asidePath(path, wanted))
  syncFolders(dirname(path))
}

/**
 * Takes the file of a key away that no longer opens the store. With `keep` it stays under its other name, for backups
 * that were made with it.
 */
export function clearRootKey(place: RootKeyPlace, { id, keep }: { readonly id: string; readonly keep: boolean }): void {
  const { path, userId } = place
  if (findRootKeyFile(path, userId)?.id === id) {
    setAside(place, '')
    unlinkSync(path)
  }
  if (!keep && findRootKeyFile(asidePath(path, id), userId)?.id === id) unlinkSync(asidePath(path, id))
  syncFolders(dirname(path))
}

/**
 * Files of keys that were set aside, and of those that were staged for a change which was killed. None is ever removed
 * unasked: another store may have its key in this folder.
 */
export function findFormerRootKeys(path: string): readonly string[] {
  const folder = dirname(path)
  const prefix = `${basename(path)}.`
  try {
    return readdirSync(folder)
      .filter((name) => name.startsWith(prefix) && /^[0-9a-f]{16}\.(?:old|new)$/.test(name.slice(prefix.length)))
      .toSorted()
      .map((name) => join(folder, name))
  } catch {
    return [] // no folder, or one that we may not list: then there is nothing to tell
  }
}

/**
 * The file at `path` where its key is not in use (`ids`), though no key of a file is: a change to another source was killed
 * before it took it away. `undefined` where there is none that we may read.
 */
export function findStrayRootKey({ path, userId }: RootKeyPlace, ids: readonly string[]): string | undefined {
  try {
    const present = findRootKeyFile(path, userId)
    return present === undefined || ids.includes(present.id) ? undefined : path
  } catch {
    return undefined
  }
}

/** Gives the key at `path` a second name, unless it is the wanted one. */
function setAside({ path, userId }: RootKeyPlace, wanted: string): void {
  const present = findRootKeyFile(path, userId)
  if (present === undefined || present.id === wanted) return
  try {
    linkSync(path, asidePath(path, present.id))
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error // by a change that was interrupted right behind it
  }
  syncFolders(dirname(path))
}

function refuseForeign({ path, userId }: RootKeyPlace, ids: readonly string[]): void {
  const link = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
  const present = link ? undefined : findRootKeyFile(path, userId)
  if (!link && (present === undefined || ids.includes(present.id))) return
  throw new SottoError('file_exists', `${path} ${link ? 'is a link' : 'holds the root key of another store'}`, {
    hint: 'name another file in SOTTO_ROOT_KEY_FILE, or move that one away; nothing was changed',
    details: { path },
  })
}

function stagedPath(path: string, id: string): string {
  return `${path}.${id}.new`
}

function asidePath(path: string, id: string): string {
  return `${path}.${id}.old`
}
