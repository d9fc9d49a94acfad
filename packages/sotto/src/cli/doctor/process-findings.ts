/** What the system lets other programs see of a process that holds secrets. */
import { readFileSync } from 'node:fs'
import type { Finding } from './finding.ts'

/** Linux says it in /proc; elsewhere there is nothing to tell. */
export function processFindings(): readonly Finding[] {
  const limit = /^Max core file size +(\S+)/m.exec(read('/proc/self/limits'))?.[1]
  const scope = read('/proc/sys/kernel/yama/ptrace_scope').trim()
  return [
    ...(limit === undefined
      ? []
      : [
          limit === '0'
            ? ({ name: 'core dumps', state: 'ok', found: 'off' } as const)
            : ({
                name: 'core dumps',
                state: 'note',
                found: 'on: a crash may write keys to disk',
                next: 'ulimit -c 0',
              } as const),
        ]),
    ...(scope === '0'
      ? [
          {
            name: 'memory of processes',
            state: 'note',
            found: 'every program of this account may read it',
            next: 'sysctl kernel.yama.ptrace_scope=1',
          } as const,
        ]
      : []),
  ]
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
