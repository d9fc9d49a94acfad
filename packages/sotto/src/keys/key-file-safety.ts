/**
 * Whether a key file lies safely: nobody else may read it, exchange it, or get it with a `git push`. The look is at the
 * file that a symbolic link leads to, for mounted secrets (Kubernetes) are links.
 */
import { existsSync, realpathSync, statSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { dirname, join } from 'node:path'
import { shellWord, SottoError } from '@sotto/sdk/model'
import { otherWriters } from '../files/other-writers.ts'

export interface KeyFile {
  readonly path: string
  /** Of the opened file. */
  readonly stat: Pick<Stats, 'mode' | 'uid'>
  /** Effective user id; `undefined` where the system has none: then owner and mode are not looked at. */
  readonly userId: number | undefined
  /** Does it hold what it is read for? The path of another file (`/etc/passwd`) gets no hint to change its mode. */
  readonly isKey: boolean
}

const rootUser = 0
const ownFile = 'name a file of your own that nobody else may use (mode 0600)'

/**
 * Throws `key_insecure`. A file of our own allows nobody else anything. One of root may let our group read it, and no
 * more: that is how an administrator hands a key to a service (PostgreSQL has the same rule for its server's key).
 */
export function refuseInsecureFile({ path, stat, userId, isKey }: KeyFile): void {
  if (userId !== undefined) {
    const mode = stat.mode & 0o777
    const ours = stat.uid === userId
    if (!ours && stat.uid !== rootUser) {
      const hint = isKey ? `as root: chown ${userId} ${shellWord(path)}; or ${ownFile}` : ownFile
      throw insecure(path, `belongs to user ${stat.uid}, not to us (user ${userId})`, hint)
    }
    if ((mode & (ours ? 0o077 : 0o037)) !== 0) {
      const mends = `${ours ? 'chmod 600' : 'as root: chmod 640'} ${shellWord(path)}; for a mounted secret set its mode to 0400`
      throw insecure(path, `may be used by others (mode ${mode.toString(8).padStart(4, '0')})`, isKey ? mends : ownFile)
    }
  }
  refuseInsecureFolder(path, dirname(realpathSync(path)))
}

/** Throws `key_insecure` for a folder in a git work tree or one where others may exchange files. It need not exist yet. */
export function refuseInsecureFolder(path: string, folder: string): void {
  const real = realpathSync(nearestExisting(folder))
  const tree = findGitWorkTree(real)
  if (tree !== undefined) {
    throw insecure(
      path,
      `lies in the git work tree ${tree}, from where it would be published`,
      'move it out of the repository and name its place in SOTTO_ROOT_KEY_FILE, or set SOTTO_HOME',
    )
  }
  const found = statSync(real)
  const others = otherWriters(found, 'protects')
  if (others === undefined) return
  const ours = found.uid === process.geteuid?.()
  throw insecure(
    path,
    `lies in ${real}, where ${others} may exchange files`,
    `${ours ? `chmod go-w ${shellWord(real)}, or ` : ''}move it to a folder of your own and name it in SOTTO_ROOT_KEY_FILE`,
  )
}

function nearestExisting(folder: string): string {
  let current = folder
  while (!existsSync(current) && dirname(current) !== current) current = dirname(current)
  return current
}

/** The nearest folder at or above that has a `.git` (a folder, or a file in linked work trees). */
function findGitWorkTree(folder: string): string | undefined {
  for (let current = folder; ; current = dirname(current)) {
    if (existsSync(join(current, '.git'))) return current
    if (dirname(current) === current) return undefined
  }
}

function insecure(path: string, what: string, hint: string): SottoError {
  return new SottoError('key_insecure', `The root key at ${path} ${what}.`, { hint, details: { path } })
}
