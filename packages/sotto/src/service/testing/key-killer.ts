/**
 * Does one change of the keys, and is killed by SIGKILL right before its step N: a call of the file system that changes
 * something, a statement that writes, or a call of a key service. With 0 it comes to its end and prints how many steps there were. The calls are
 * counted by putting ours in front of Node's, so that Sotto itself has no hooks.
 *
 *     node key-killer.ts FOLDER CHANGE N
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { StatementSync } from 'node:sqlite'
import { changeKeys, keyChanges, keyStore } from './key-changes.ts'
import type { KeyChange } from './key-changes.ts'

const [folder = '', change = '', last = ''] = process.argv.slice(2)
let steps = 0
let counting = false

function step(): void {
  if (!counting) return
  steps += 1
  if (steps === Number(last)) process.kill(process.pid, 'SIGKILL')
}

for (const name of [
  'mkdirSync',
  'writeSync',
  'fsyncSync',
  'fchmodSync',
  'linkSync',
  'renameSync',
  'unlinkSync',
] as const) {
  const original = fs[name] as (...given: unknown[]) => unknown
  Object.assign(fs, {
    [name]: (...given: unknown[]) => {
      step()
      return original(...given)
    },
  })
}
syncBuiltinESMExports()

const statements = StatementSync.prototype
const run = Reflect.get(statements, 'run') as (...given: unknown[]) => unknown // put back behind ours
Object.assign(statements, {
  run(this: StatementSync, ...given: unknown[]) {
    if (/^\s*(INSERT|UPDATE|DELETE|COMMIT)\b/.test(this.sourceSQL)) step()
    return run.apply(this, given)
  },
})

const known = change as KeyChange // as the test wrote it
const service = await keyStore(folder, { source: keyChanges[known].from, onCall: step })
counting = true
await changeKeys(service.api, known, folder)
counting = false
fs.writeSync(1, String(steps))
await service.close()
