// The service in this process, without a start around it: what a long-lived program gets of one core.

import { createCipheriv, createSecretKey, hash, hkdfSync, randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Api } from '@sotto/sdk/model'
import { openEmbedded } from '../../packages/sotto/src/connect/embedded.ts'
import { makeManyReferences, text } from '../many-references.ts'
import { type Bench, byTurns, cpuOf, type Figure, keepInFlight, median } from '../measure.ts'

const SECRETS = 1_000
const IN_FLIGHT = 64
const READS = 10_000
const WRITES = 2_000
const ROUNDS = 5
const REFERENCES = 10_000
const KEYS = 100

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

/** The floor of a read: what its cryptography costs alone, in a loop: one HKDF, one AES-GCM, one SHA-256. */
function primitives(count: number): void {
  const [key, nonce] = [createSecretKey(randomBytes(32)), Buffer.alloc(12)]
  const [salt, additional, event] = [randomBytes(32), randomBytes(152), randomBytes(350)]
  for (let index = 0; index < count; index++) {
    const derived = new Uint8Array(hkdfSync('sha256', key, salt, 'bench', 64), 0, 32)
    const cipher = createCipheriv('aes-256-gcm', derived, nonce, { authTagLength: 16 })
    cipher.setAAD(additional)
    cipher.update(additional.subarray(0, 64))
    cipher.final()
    hash('sha256', event, 'buffer')
  }
}

async function measureReadsAndWrites(api: Api, folder: string): Promise<Figure[]> {
  await keepInFlight(IN_FLIGHT, SECRETS, (index) =>
    api.createSecret({ name: `read_${index}`, values: { password: text(`value ${index}`) } }),
  )
  const reads = (): Promise<void> =>
    keepInFlight(IN_FLIGHT, READS, (index) =>
      api.resolveSecrets({ items: [{ secret: `read_${(index * 7) % SECRETS}`, keys: ['password'] }] }),
    )
  let written = SECRETS
  const writes = (): Promise<void> =>
    keepInFlight(IN_FLIGHT, WRITES, () =>
      api.updateSecret({ secret: `read_${written % SECRETS}`, values: { password: text(`value ${written++}`) } }),
    )
  const cpu: { reads: number[]; primitives: number[] } = { reads: [], primitives: [] }
  let flush = 0
  const times = await byTurns(
    {
      reads: async () => cpu.reads.push((await cpuOf(reads)) / READS),
      writes,
      primitives: async () => cpu.primitives.push((await cpuOf(() => primitives(READS))) / READS),
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
      limit: { of: 'value', bound: 'at least', value: 25_000 },
    },
    {
      name: "the processor's time of one of them",
      value: Math.min(...cpu.reads),
      unit: 'µs',
      reference: { name: 'HKDF, AES-GCM and SHA-256 alone', value: Math.min(...cpu.primitives) },
    },
    {
      name: `writes of one key, ${IN_FLIGHT} in flight`,
      value: (WRITES * 1_000) / times.writes,
      unit: '/s',
      reference,
      limit: { of: 'value', bound: 'at least', value: 2_000 },
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
    limit: { of: 'value', bound: 'at most', value: 200 },
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
