// Whole commands, cold: what a person or a script waits for. The reference is the same Node doing nothing.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Bench, type Command, compareCommands, type Figure, peakMemory, runToEnd } from '../measure.ts'

const root = dirname(dirname(import.meta.dirname))
const sotto = join(root, 'bin/sotto')
const nothing: Command = { argv: [process.execPath, '-e', '0'] }

const SECRETS = 10
const KEYS = 10

interface Subject {
  readonly name: string
  readonly args: readonly string[]
  readonly ratio: number
  readonly memory: boolean
}

const subjects: readonly Subject[] = [
  { name: 'sotto secret get NAME KEY', args: ['secret', 'get', 'bench_0', 'key_0'], ratio: 2, memory: true },
  { name: 'sotto stack check, 100 references', args: ['stack', 'check', 'bench'], ratio: 2.5, memory: true },
  {
    name: 'sotto run start, two steps that do nothing',
    args: ['run', 'start', join(root, 'bench/pipelines/two-steps.ts')],
    ratio: 12,
    memory: false,
  },
]

/** A home with ten secrets of ten keys, and a stack that refers to each key once. */
async function prepare(env: NodeJS.ProcessEnv): Promise<void> {
  const run = (...args: string[]): Promise<void> => runToEnd({ argv: [sotto, ...args], env })
  const indexes = Array.from({ length: KEYS }, (_, index) => index)
  for (let secret = 0; secret < SECRETS; secret++) {
    await run('secret', 'create', `bench_${secret}`, ...indexes.map((key) => `--key_${key}=value-${secret}-${key}`))
  }
  const references = Array.from({ length: SECRETS * KEYS }, (_, index) => {
    return `--setting_${index}={{bench_${Math.floor(index / KEYS)}.key_${index % KEYS}}}`
  })
  await run('stack', 'register', 'bench', '--from', 'default')
  await run('stack', 'settings', 'set', 'bench', ...references)
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
