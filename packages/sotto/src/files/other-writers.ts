/** Who besides its owner may put files into a folder, which is to exchange what lies there. */
import type { Stats } from 'node:fs'

/** `undefined`: nobody. The words stand in messages: "the folder may be written by its group". */
export type OtherWriters = 'everybody' | 'its group' | undefined

/**
 * `sticky`: does the sticky bit, as /tmp has it, make a folder good enough? It keeps others from exchanging our files, and
 * not from putting their own beside them. Windows has no such modes, so nobody is found there.
 */
export function otherWriters({ mode }: Pick<Stats, 'mode'>, sticky: 'protects' | 'is not enough'): OtherWriters {
  if (process.platform === 'win32') return undefined
  if (sticky === 'protects' && (mode & 0o1000) !== 0) return undefined
  if ((mode & 0o002) !== 0) return 'everybody'
  return (mode & 0o020) === 0 ? undefined : 'its group'
}
