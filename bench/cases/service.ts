// The service in this process, without a start around it: what a long-lived program gets of one core.

import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Api } from '@sotto/sdk/model'
import { openEmbedded } from '../../packages/sotto/src/connect/embedded.ts'
import { makeManyReferences, text } from '../many-references.ts'
import { type Bench, byTurns, type Figure, median } from '../measure.ts'

const SECRETS = 1_000
const IN_FLIGHT = 64
const READS = 10_000
const WRITES = 2_000
const ROUNDS = 3
const REFERENCES = 10_000
const KEYS = 100

/** Keeps so many calls in flight until all have been answered. */
async function inFlight(calls: number, call: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < calls) await call(next++)
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane))
}

/** What one flush of this disk costs: a page at the end of a file, then fsync. In milliseconds. */
function flushMs(folder: string): number {
  const page = Buffer.alloc(4_096, 1)
  const descriptor = openSync(join(folder, 'flush'), 'w', 0o600)
  try {
    const times = Array.from({ length: 50 }, () => {
      writeSync(descriptor, page)
      const began = process.hrtime.bigint()
      fsyncSync(descriptor)
      return Number(process.hrtime.bigint() - began) / 1e6
    })
    return median(times)
  } finally {
    closeSync(descriptor)
  }
}

async function measureReadsAndWrites(api: Api, folder: string): Promise<Figure[]> {
  await inFlight(SECRETS, (index) =>
    api.createSecret({ name: `read_${index}`, values: { password: text(`value ${index}`) } }),
  )
  let written = SECRETS
  let flush = 0
  const times = await byTurns(
    {
      reads: () =>
        inFlight(READS, (index) =>
          api.resolveSecrets({ items: [{ secret: `read_${(index * 7) % SECRETS}`, keys: ['password'] }] }),
        ),
      writes: () =>
        inFlight(WRITES, () =>
          api.updateSecret({ secret: `read_${written % SECRETS}`, values: { password: text(`value ${written++}`) } }),
        ),
      flushes() {
        flush = flushMs(folder)
      },
    },
    ROUNDS,
  )
  const reference = { name: 'flushes of this disk, one after the other', value: 1_000 / flush }
  return [
    {
      name: `audited reads with decryption, ${IN_FLIGHT} in flight`,
      value: (READS * 1_000) / times.reads,
      unit: '/s',
      reference,
    },
    {
      name: `writes of one key, ${IN_FLIGHT} in flight`,
      value: (WRITES * 1_000) / times.writes,
      unit: '/s',
      reference,
    },
  ]
}

async function measureCheck(api: Api): Promise<Figure> {
  await makeManyReferences(api, { secrets: REFERENCES / KEYS, keysPerSecret: KEYS })
  const { check } = await byTurns({ check: () => checkAll(api) }, 5)
  return {
    name: `check of ${REFERENCES.toLocaleString('en')} references, in process`,
    value: check,
    unit: 'ms',
  }
}

async function checkAll(api: Api): Promise<void> {
  const { ok, items } = await api.checkReferences({ stack: 'bench' })
  if (!ok || items.length !== REFERENCES) throw new Error('the references of the bench are not all there')
}

export const bench: Bench = {
  name: 'service',
  async measure() {
    const folder = mkdtempSync(join(tmpdir(), 'sotto-bench-'))
    const connection = await openEmbedded({ SOTTO_HOME: join(folder, 'sotto') })
    try {
      return [...(await measureReadsAndWrites(connection.api, folder)), await measureCheck(connection.api)]
    } finally {
      await connection.close()
      rmSync(folder, { recursive: true, force: true })
    }
  },
}
