// What a step adds to a run, next to the least that a process of its own can cost: a fork of an empty file.

import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Bench, byTurns, runToEnd } from '../measure.ts'

const root = dirname(dirname(import.meta.dirname))
const sotto = join(root, 'packages/sotto/bin/sotto')

/** How many steps bench/pipelines/ten-steps.ts has more than two-steps.ts. */
const MORE = 8

async function forkEmpty(): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const child = fork(join(root, 'bench/empty.cjs'), [], { execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  child.once('error', reject)
  child.once('close', () => resolve())
  await promise
}

export const bench: Bench = {
  name: 'step',
  async measure() {
    const home = mkdtempSync(join(tmpdir(), 'sotto-bench-'))
    try {
      const env = { ...process.env, HOME: home, SOTTO_HOME: join(home, 'sotto') }
      const run = (name: string): Promise<void> =>
        runToEnd({ argv: [sotto, 'run', 'start', join(root, 'bench/pipelines', name)], env })
      const times = await byTurns(
        { two: () => run('two-steps.ts'), ten: () => run('ten-steps.ts'), fork: forkEmpty },
        11,
      )
      return [
        {
          name: 'a step that does nothing, within a run',
          value: (times.ten - times.two) / MORE,
          unit: 'ms',
          reference: { name: 'fork of an empty file', value: times.fork },
          limit: { of: 'ratio', bound: 'at most', value: 1.5 },
        },
      ]
    } finally {
      rmSync(home, { recursive: true, force: true })
    }
  },
}
