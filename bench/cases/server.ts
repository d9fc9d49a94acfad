// The server: authenticated, authorised, decrypted and durably audited reads over HTTP, next to what node:http does at the
// least, and next to OpenBao where it is installed. SOTTO_BENCH_SECONDS=3600 loads it for an hour.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Api } from '@sotto/sdk/model'
import { openEmbedded } from '../../packages/sotto/src/connect/embedded.ts'
import type { LoadOutcome } from '../load.ts'
import { text } from '../many-references.ts'
import { type Bench, type Command, compareCommands, type Figure } from '../measure.ts'
import { findOpenbao, load, serve, serveOpenbao, type Served } from '../servers.ts'

const root = dirname(dirname(import.meta.dirname))
const sotto = join(root, 'packages/sotto/bin/sotto')
const SECRETS = 1_000
const CONNECTIONS = 64
const seconds = Number(process.env['SOTTO_BENCH_SECONDS'] ?? 6)

/** A thousand secrets of three keys, and fifty of two that are read at once. */
async function prepare(env: NodeJS.ProcessEnv): Promise<string> {
  const connection = await openEmbedded(env)
  const { api } = connection
  try {
    for (let index = 0; index < SECRETS; index += 100) await api.setSecrets({ secrets: batch(index) })
    return (await api.createToken({ name: 'bench' })).text
  } finally {
    await connection.close()
  }
}

function batch(from: number): Parameters<Api['setSecrets']>[0]['secrets'] {
  return Array.from({ length: 100 }, (_, index) => ({
    name: `read_${String(from + index)}`,
    values: { a: text('x'.repeat(32)), b: text('y'.repeat(32)), c: text('z'.repeat(32)) },
  }))
}

interface Request {
  readonly method: string
  readonly path: string
  readonly header: string
  readonly body: object | undefined
}

function requestText({ method, path, header, body }: Request): string {
  const content = body === undefined ? '' : JSON.stringify(body)
  const type = body === undefined ? '' : 'Content-Type: application/json\r\n'
  return `${method} ${path} HTTP/1.1\r\nHost: bench\r\n${header}\r\n${type}Content-Length: ${String(content.length)}\r\n\r\n${content}`
}

/** Every secret once, in an order that jumps. */
function each(make: (index: number) => Request): string[] {
  return Array.from({ length: SECRETS }, (_, index) => requestText(make((index * 7) % SECRETS)))
}

interface Requests {
  readonly reads: readonly string[]
  readonly writes: readonly string[]
}

function ourRequests(token: string): Requests & { readonly batch: readonly string[] } {
  const header = `Authorization: Bearer ${token}`
  const path = '/api/v1/workspaces/default/secrets'
  const read = (items: readonly object[]): Request => ({
    method: 'POST',
    path: `${path}/resolve`,
    header,
    body: { items },
  })
  return {
    reads: each((index) => read([{ secret: `read_${String(index)}`, keys: ['a'] }])),
    writes: each((index) => ({
      method: 'PATCH',
      path: `${path}/by-name?secret=read_${String(index)}`,
      header,
      body: { values: { a: text(`value ${String(Math.random())}`) } },
    })),
    batch: [
      requestText(
        read(Array.from({ length: 50 }, (_, index) => ({ secret: `read_${String(index)}`, keys: ['a', 'b'] }))),
      ),
    ],
  }
}

function openbaoRequests(token: string): Requests {
  const header = `X-Vault-Token: ${token}`
  const path = (index: number): string => `/v1/secret/data/read_${String(index)}`
  const data = { a: 'x'.repeat(32), b: 'y'.repeat(32), c: 'z'.repeat(32) }
  return {
    reads: each((index) => ({ method: 'GET', path: path(index), header, body: undefined })),
    writes: each((index) => ({ method: 'POST', path: path(index), header, body: { data } })),
  }
}

const run = (
  { url }: Served,
  requests: readonly string[],
  connections = CONNECTIONS,
  forSeconds = 6,
): Promise<LoadOutcome> => load({ url, requests, connections, seconds: forSeconds })

interface Rates {
  readonly reads: number
  readonly writes: number
}

async function measureOpenbao(): Promise<Rates | undefined> {
  const binary = findOpenbao()
  if (binary === undefined) {
    console.error('OpenBao is not installed here (SOTTO_OPENBAO names its binary): its figures are left out')
    return undefined
  }
  const folder = mkdtempSync(join(tmpdir(), 'sotto-bench-bao-'))
  const server = await serveOpenbao(binary, folder, 20_000 + Math.floor(Math.random() * 20_000))
  try {
    const { reads, writes } = openbaoRequests(server.token)
    const wrote = await run(server, writes)
    return { reads: (await run(server, reads)).perSecond, writes: wrote.perSecond }
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measureServer(server: Served, token: string, bare: Served): Promise<Figure[]> {
  const requests = ourRequests(token)
  const first = await run(server, requests.reads)
  const earlyMiB = server.memoryMiB()
  const least = await run(bare, requests.reads)
  const reads = seconds > 6 ? await run(server, requests.reads, CONNECTIONS, seconds) : first
  const many = await run(server, requests.batch, 1)
  const writes = await run(server, requests.writes)
  const openbao = await measureOpenbao()
  const beside = (value: number): { name: string; value: number } => ({ name: 'OpenBao, KV v2', value })
  const name = `reads over HTTP, ${String(CONNECTIONS)} connections`
  const reference = { name: 'node:http, constant answer', value: least.perSecond }
  return [
    { name, value: reads.perSecond, unit: '/s', reference, limit: { of: 'ratio', bound: 'at least', value: 0.35 } },
    {
      name: `${name}: 99th percentile`,
      value: reads.p99Ms,
      unit: 'ms',
      limit: { of: 'value', bound: 'at most', value: 10 },
    },
    {
      name: 'resolve of 100 keys of 50 secrets over HTTP',
      value: many.medianMs,
      unit: 'ms',
      limit: { of: 'value', bound: 'at most', value: 10 },
    },
    ...(openbao === undefined
      ? [{ name: 'flushed writes over HTTP', value: writes.perSecond, unit: '/s' } as const]
      : ([
          {
            name: 'the same reads',
            value: reads.perSecond,
            unit: '/s',
            reference: beside(openbao.reads),
            limit: { of: 'ratio', bound: 'at least', value: 10 },
          },
          {
            name: 'flushed writes over HTTP',
            value: writes.perSecond,
            unit: '/s',
            reference: beside(openbao.writes),
            limit: { of: 'ratio', bound: 'at least', value: 3 },
          },
        ] as const)),
    {
      name: 'memory of the server after all of it',
      value: server.memoryMiB(),
      unit: 'MiB',
      reference: { name: 'after its first reads', value: earlyMiB },
      limit: { of: 'value', bound: 'at most', value: 200 },
    },
  ]
}

export const bench: Bench = {
  name: 'server',
  async measure() {
    const folder = mkdtempSync(join(tmpdir(), 'sotto-bench-'))
    const env = { PATH: process.env['PATH'], SOTTO_HOME: join(folder, 'sotto') }
    const token = await prepare(env)
    const server = await serve([sotto, 'server', 'start', '--listen', '127.0.0.1:0'], env)
    const bare = await serve([process.execPath, join(root, 'bench/bare-server.cjs')], env)
    try {
      const command: Command = {
        argv: [sotto, 'secret', 'get', 'read_1', 'a'],
        env: { PATH: env.PATH, SOTTO_HOME: join(folder, 'other'), SOTTO_URL: server.url, SOTTO_TOKEN: token },
      }
      const { subjectMs, referenceMs } = await compareCommands(command, { argv: [process.execPath, '-e', '0'] })
      const cold: Figure = {
        name: 'sotto secret get NAME KEY against a server',
        value: subjectMs,
        unit: 'ms',
        reference: { name: 'node -e 0', value: referenceMs },
        limit: { of: 'ratio', bound: 'at most', value: 2.5 },
      }
      return [cold, ...(await measureServer(server, token, bare))]
    } finally {
      await Promise.all([server.stop(), bare.stop()])
      rmSync(folder, { recursive: true, force: true })
    }
  },
}
