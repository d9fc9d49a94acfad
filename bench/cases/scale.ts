// What the size of a store, the length of a life and other processes cost. SOTTO_BENCH_SECRETS and SOTTO_BENCH_READS
// set the sizes: the limits are meant for 1,000,000 of both, which takes minutes.

import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text as readText } from 'node:stream/consumers'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Api } from '@sotto/sdk/model'
import { openEmbedded } from '../../packages/sotto/src/connect/embedded.ts'
import { makeManySecrets, nameOf } from '../many-secrets.ts'
import { type Bench, byTurns, compareCommands, type Figure, keepInFlight, median } from '../measure.ts'

const root = dirname(dirname(import.meta.dirname))
const sotto = join(root, 'packages/sotto/bin/sotto')

const FEW = 1_000
const LISTED = 10_000
const MANY = Number(process.env['SOTTO_BENCH_SECRETS'] ?? 200_000)
const READS = Number(process.env['SOTTO_BENCH_READS'] ?? 200_000)
const PROCESSES = 4
const PROCESS_MS = 4_000
const IN_FLIGHT = 64
const ROUNDS = 200

const number = (value: number): string => value.toLocaleString('en')

function read(api: Api, index: number): Promise<unknown> {
  return api.resolveSecrets({ items: [{ secret: nameOf(index), keys: ['password'] }] })
}

/** Reads at places all over the store, so that what is remembered or cached helps neither. */
async function measureSizes(few: Api, many: Api): Promise<Figure[]> {
  const anywhere = (count: number): number => Math.floor(Math.random() * count)
  const times = await byTurns(
    {
      fewRead: () => read(few, anywhere(FEW)),
      manyRead: () => read(many, anywhere(MANY)),
      fewPage: () => few.listSecrets({}),
      manyPage: () => many.listSecrets({}),
    },
    ROUNDS,
  )
  const limit = { of: 'ratio', bound: 'at most', value: 1.2 } as const
  const name = `with ${number(FEW)}`
  return [
    {
      name: `read of one secret, with ${number(MANY)} in the store`,
      value: times.manyRead,
      unit: 'ms',
      reference: { name, value: times.fewRead },
      limit,
    },
    {
      name: `first page of the list, with ${number(MANY)} in the store`,
      value: times.manyPage,
      unit: 'ms',
      reference: { name, value: times.fewPage },
      limit,
    },
  ]
}

async function measureList(home: string): Promise<Figure> {
  const env = { ...process.env, SOTTO_HOME: home }
  const nothing = { argv: [process.execPath, '-e', '0'] } as const
  const { subjectMs, referenceMs } = await compareCommands({ argv: [sotto, 'secret', 'list'], env }, nothing, 12)
  return {
    name: `sotto secret list of ${number(LISTED)} names`,
    value: subjectMs,
    unit: 'ms',
    reference: { name: 'node -e 0', value: referenceMs },
    limit: { of: 'ratio', bound: 'at most', value: 4 },
  }
}

/** Memory in use after so many reads, beside that after the first fifth of them, in which caches fill. */
async function measureMemory(api: Api): Promise<Figure> {
  const readMany = (count: number): Promise<void> => keepInFlight(IN_FLIGHT, count, (index) => read(api, index % FEW))
  await readMany(READS / 5)
  const before = await restingMemory()
  await readMany((READS * 4) / 5)
  return {
    name: `memory after ${number(READS)} reads in one process`,
    value: await restingMemory(),
    unit: 'MiB',
    reference: { name: `after ${number(READS / 5)}`, value: before },
    limit: { of: 'ratio', bound: 'at most', value: 1.1 },
  }
}

/** The resident set with everything collected that can be; it moves a little, so the middle of several looks. */
async function restingMemory(): Promise<number> {
  setFlagsFromString('--expose-gc')
  // A context that is made now has the function, unlike ours.
  const collect = runInNewContext('gc') as () => void
  const looks: number[] = []
  for (let look = 0; look < 9; look++) {
    collect()
    await new Promise((resolve) => setTimeout(resolve, 50))
    looks.push(process.memoryUsage().rss / 2 ** 20)
  }
  return median(looks)
}

async function measureProcesses(home: string): Promise<Figure[]> {
  const one = async (): Promise<number> => {
    const args = ['--conditions=sotto-source', '--disable-warning=ExperimentalWarning', join(root, 'bench/reader.ts')]
    const child = spawn(process.execPath, [...args, home, String(FEW), String(PROCESS_MS)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const count = Number(await readText(child.stdout))
    if (!(count > 0)) throw new Error('a process that reads together with others failed')
    return count
  }
  const alone = await one()
  const counts = await Promise.all(Array.from({ length: PROCESSES }, one))
  const total = counts.reduce((sum, count) => sum + count, 0)
  const perSecond = (count: number): number => (count * 1_000) / PROCESS_MS
  return [
    {
      name: `audited reads of ${PROCESSES} processes on one file, together`,
      value: perSecond(total),
      unit: '/s',
      reference: { name: 'one process alone', value: perSecond(alone) },
    },
    {
      name: `audited reads of the slowest of the ${PROCESSES}`,
      value: perSecond(Math.min(...counts)),
      unit: '/s',
      reference: { name: 'an equal share', value: perSecond(total / PROCESSES) },
      limit: { of: 'ratio', bound: 'at least', value: 0.5 },
    },
  ]
}

export const bench: Bench = {
  name: 'scale',
  async measure() {
    const folder = mkdtempSync(join(tmpdir(), 'sotto-bench-'))
    const home = (name: string): string => join(folder, name)
    try {
      await makeManySecrets(home('few'), FEW)
      await makeManySecrets(home('listed'), LISTED)
      await makeManySecrets(home('many'), MANY)
      const list = await measureList(home('listed'))
      const processes = await measureProcesses(home('few'))
      const few = await openEmbedded({ SOTTO_HOME: home('few') })
      const many = await openEmbedded({ SOTTO_HOME: home('many') })
      try {
        return [...(await measureSizes(few.api, many.api)), list, await measureMemory(few.api), ...processes]
      } finally {
        await few.close()
        await many.close()
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}
