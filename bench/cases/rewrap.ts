// Sealing all values anew under a fresh data key while others read. SOTTO_BENCH_VALUES sets their number: the figure of
// issue 5 is meant for 100,000, which takes a minute.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Api } from '@sotto/sdk/model'
import { openEmbedded } from '../../packages/sotto/src/connect/embedded.ts'
import { makeManySecrets, nameOf } from '../many-secrets.ts'
import { type Bench, type Figure, keepInFlight } from '../measure.ts'

const VALUES = Number(process.env['SOTTO_BENCH_VALUES'] ?? 20_000)
const IN_FLIGHT = 16
/** They are read again and again, as a few services do. */
const READ = Math.min(1_000, VALUES)
const BEFORE = 20_000

const number = (value: number): string => value.toLocaleString('en')

function read(api: Api, index: number): Promise<unknown> {
  return api.resolveSecrets({ items: [{ secret: nameOf((index * 7) % READ), keys: ['password'] }] })
}

/** Gives how many values were sealed anew. */
async function rewrapAll(api: Api): Promise<number> {
  let count = 0
  for (let after: string | undefined = ''; after !== undefined;) {
    const { rewrapped, unreadable, next } = await api.rewrapValues({ after })
    if (unreadable.length > 0) throw new Error('a value of the bench does not open')
    count += rewrapped
    after = next
  }
  return count
}

async function measureRewrap(api: Api): Promise<Figure[]> {
  await keepInFlight(IN_FLIGHT, READ, (index) => read(api, index))
  const secondsOf = async (work: () => Promise<unknown>): Promise<number> => {
    const began = process.hrtime.bigint()
    await work()
    return Number(process.hrtime.bigint() - began) / 1e9
  }
  const before = BEFORE / (await secondsOf(() => keepInFlight(IN_FLIGHT, BEFORE, (index) => read(api, index))))
  await api.rotateKeys({})
  let reads = 0
  const end = new AbortController()
  const lane = async (): Promise<void> => {
    while (!end.signal.aborted) await read(api, reads++)
  }
  const lanes = Promise.all(Array.from({ length: IN_FLIGHT }, lane))
  const seconds = await secondsOf(async () => {
    const count = await rewrapAll(api)
    if (count !== VALUES) throw new Error(`${count} values were sealed anew instead of ${VALUES}`)
  })
  end.abort()
  const meanwhile = reads / seconds
  await lanes
  return [
    { name: `rewrap of ${number(VALUES)} values while ${IN_FLIGHT} read`, value: seconds, unit: 's' },
    {
      name: 'audited reads meanwhile',
      value: meanwhile,
      unit: '/s',
      reference: { name: 'the same before', value: before },
    },
  ]
}

export const bench: Bench = {
  name: 'rewrap',
  async measure() {
    const folder = mkdtempSync(join(tmpdir(), 'sotto-bench-'))
    try {
      await makeManySecrets(folder, VALUES)
      const connection = await openEmbedded({ SOTTO_HOME: folder })
      try {
        return await measureRewrap(connection.api)
      } finally {
        await connection.close()
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}
