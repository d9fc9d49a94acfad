// The same as `service` with the store on PostgreSQL, on this machine and by TCP: what a server of a team gets of it. The
// server of PostgreSQL takes part of the machine too, so this says less about Sotto than the figures of SQLite do.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Api } from '@sotto/sdk/model'
import pg from 'pg'
import { openEmbedded } from '../../packages/sotto/src/connect/embedded.ts'
import { TestPostgres } from '../../test/support/postgres.ts'
import { text } from '../many-references.ts'
import { type Bench, byTurns, type Figure, median } from '../measure.ts'

const SECRETS = 500
const IN_FLIGHT = 64
const READS = 3_000
const WRITES = 500
const ROUNDS = 3

/** Keeps so many calls in flight until all have been answered. */
async function inFlight(calls: number, call: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < calls) await call(next++)
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane))
}

/** One call at a time: what a single caller waits for. In milliseconds. */
async function alone(call: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < 100; round += 1) {
    const began = performance.now()
    await call()
    times.push(performance.now() - began)
  }
  return median(times)
}

/** What a bare client waits for one row. In milliseconds. */
async function commitMs(server: TestPostgres): Promise<number> {
  const url = new URL(server.newUrl())
  url.password = server.password
  url.search = ''
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  try {
    await client.query('CREATE SCHEMA bare; CREATE TABLE bare.flush (id BIGINT)')
    return await alone(() => client.query('INSERT INTO bare.flush VALUES (1)'))
  } finally {
    await client.end()
  }
}

async function measureAll(api: Api, server: TestPostgres): Promise<Figure[]> {
  await inFlight(SECRETS, (index) =>
    api.createSecret({ name: `read_${index}`, values: { password: text(`value ${index}`) } }),
  )
  const read = (index: number): Promise<unknown> =>
    api.resolveSecrets({ items: [{ secret: `read_${(index * 7) % SECRETS}`, keys: ['password'] }] })
  let written = SECRETS
  const write = (): Promise<unknown> =>
    api.updateSecret({ secret: `read_${written % SECRETS}`, values: { password: text(`value ${written++}`) } })
  const times = await byTurns({ reads: () => inFlight(READS, read), writes: () => inFlight(WRITES, write) }, ROUNDS)
  const reference = {
    name: 'commits of one row by a bare client, one after the other',
    value: 1_000 / (await commitMs(server)),
  }
  return [
    {
      name: `audited reads with decryption on PostgreSQL, ${IN_FLIGHT} in flight`,
      value: (READS * 1_000) / times.reads,
      unit: '/s',
      reference,
    },
    {
      name: `writes of one key on PostgreSQL, ${IN_FLIGHT} in flight`,
      value: (WRITES * 1_000) / times.writes,
      unit: '/s',
      reference,
    },
    { name: 'one audited read on PostgreSQL, alone', value: await alone(() => read(1)), unit: 'ms' },
    { name: 'one write on PostgreSQL, alone', value: await alone(write), unit: 'ms' },
  ]
}

export const bench: Bench = {
  name: 'postgres',
  async measure() {
    const folder = mkdtempSync(join(tmpdir(), 'sotto-bench-'))
    const server = await TestPostgres.start()
    const env = { SOTTO_HOME: join(folder, 'sotto'), SOTTO_STORE: server.newUrl(), ...server.env }
    const connection = await openEmbedded(env)
    try {
      return await measureAll(connection.api, server)
    } finally {
      await connection.close()
      await server.remove()
      rmSync(folder, { recursive: true, force: true })
    }
  },
}
