// Whole commands, cold: what a person or a script waits for. The reference is the same Node doing nothing.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { openEmbedded } from '../../packages/sotto/src/connect/embedded.ts'
import { makeManyReferences } from '../many-references.ts'
import { type Bench, type Command, compareCommands, type Figure, peakMemory } from '../measure.ts'

const root = dirname(dirname(import.meta.dirname))
/** As it is installed; bin/sotto of a checkout takes 3 ms more, in which it looks for newer sources. */
const sotto = join(root, 'packages/sotto/bin/sotto')
const nothing: Command = { argv: [process.execPath, '-e', '0'] }

interface Subject {
  readonly name: string
  readonly args: readonly string[]
  readonly ratio: number
  readonly memory: boolean
}

const subjects: readonly Subject[] = [
  { name: 'sotto secret get NAME KEY', args: ['secret', 'get', 'secret_0', 'key_0'], ratio: 2, memory: true },
  { name: 'sotto stack check of 100 references', args: ['stack', 'check', 'bench'], ratio: 2.5, memory: true },
  {
    name: 'sotto run start, two steps that do nothing',
    args: ['run', 'start', join(root, 'bench/pipelines/two-steps.ts')],
    ratio: 12,
    memory: false,
  },
]

/** A home with a hundred secrets, and a stack whose component refers to each of them once. */
async function prepare(env: NodeJS.ProcessEnv): Promise<void> {
  const connection = await openEmbedded(env)
  try {
    await makeManyReferences(connection.api, { secrets: 100, keysPerSecret: 1 })
  } finally {
    await connection.close()
  }
}

async function measureSubject(subject: Subject, env: NodeJS.ProcessEnv): Promise<Figure[]> {
  const command: Command = { argv: [sotto, ...subject.args], env }
  const { subjectMs, referenceMs } = await compareCommands(command, nothing)
  const time: Figure = {
    name: subject.name,
    value: subjectMs,
    unit: 'ms',
    reference: { name: 'node -e 0', value: referenceMs },
    limit: { of: 'ratio', bound: 'at most', value: subject.ratio },
  }
  if (!subject.memory) return [time]
  const memory: Figure = {
    name: `${subject.name}: peak memory`,
    value: peakMemory(command),
    unit: 'MiB',
    reference: { name: 'node -e 0', value: peakMemory(nothing) },
    limit: { of: 'value', bound: 'at most', value: 80 },
  }
  return [time, memory]
}

export const bench: Bench = {
  name: 'cold start',
  async measure() {
    const home = mkdtempSync(join(tmpdir(), 'sotto-bench-'))
    try {
      const env = { ...process.env, HOME: home, SOTTO_HOME: join(home, 'sotto') }
      await prepare(env)
      const figures: Figure[] = []
      for (const subject of subjects) figures.push(...(await measureSubject(subject, env)))
      return figures
    } finally {
      rmSync(home, { recursive: true, force: true })
    }
  },
}
