/** What the workers of the crash test do, over and over. */
import type { Worker } from './worker-parts.ts'
import { backUpOn, changeRootOn, changeKeysOn, restoreOn } from './store-roles.ts'
import { contendOn, liveOn, pairOn, readOn } from './secret-roles.ts'

export type Role = 'read' | 'write' | 'keys' | 'root' | 'backup' | 'restore'

/** What a worker does side by side: several calls in flight share commits, as in a server. */
export const roles: { readonly [role in Role]: readonly ((worker: Worker) => Promise<never>)[] } = {
  read: [readOn, readOn, readOn],
  // Two that contend in one process meet in one batch; those of two processes in two.
  write: [liveOn, contendOn, contendOn, pairOn],
  keys: [changeKeysOn],
  root: [changeRootOn, changeKeysOn],
  backup: [backUpOn],
  restore: [restoreOn],
}
