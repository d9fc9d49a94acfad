// Reads MLflow's records with the plain REST API, apart from the code that is tested.

import type { Mlflow } from '../support/mlflow.ts'

export interface MlflowRecord {
  readonly id: string
  readonly status: string
  readonly startTime: number
  readonly endTime: number
  readonly metrics: { readonly [name: string]: { readonly value: number | string; readonly step: number } }
  readonly params: { readonly [name: string]: string }
  readonly tags: { readonly [name: string]: string }
}

type Server = Pick<Mlflow, 'url' | 'username' | 'password'>

interface RawEntry {
  readonly key: string
  readonly value: string
}

interface RawRun {
  readonly info: {
    readonly run_id: string
    readonly status: string
    readonly start_time: number
    readonly end_time?: number
  }
  readonly data: {
    readonly metrics?: readonly { readonly key: string; readonly value: number | string; readonly step: number }[]
    readonly params?: readonly RawEntry[]
    readonly tags?: readonly RawEntry[]
  }
}

export async function readRun(server: Server, id: string): Promise<MlflowRecord> {
  const response = await get(server, `/api/2.0/mlflow/runs/get?run_id=${id}`)
  return recordOf(((await response.json()) as { run: RawRun }).run) // shape of MLflow's documents
}

export async function readRuns(server: Server, experimentId: string): Promise<readonly MlflowRecord[]> {
  const response = await fetch(`${server.url}/api/2.0/mlflow/runs/search`, {
    method: 'POST',
    headers: { ...signIn(server), 'content-type': 'application/json' },
    body: JSON.stringify({ experiment_ids: [experimentId], max_results: 1000 }),
  })
  return (((await response.json()) as { runs?: RawRun[] }).runs ?? []).map(recordOf) // shape of MLflow's documents
}

export async function readArtifact(server: Server, runId: string, path: string): Promise<Buffer> {
  const response = await get(server, `/get-artifact?run_id=${runId}&path=${encodeURIComponent(path)}`)
  return Buffer.from(await response.arrayBuffer())
}

async function get(server: Server, path: string): Promise<Response> {
  const response = await fetch(`${server.url}${path}`, { headers: signIn(server) })
  if (!response.ok) throw new Error(`${path}: HTTP status ${String(response.status)}`)
  return response
}

function signIn({ username, password }: Server): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }
}

function recordOf({ info, data }: RawRun): MlflowRecord {
  return {
    id: info.run_id,
    status: info.status,
    startTime: info.start_time,
    endTime: info.end_time ?? 0,
    metrics: Object.fromEntries((data.metrics ?? []).map(({ key, value, step }) => [key, { value, step }])),
    params: Object.fromEntries((data.params ?? []).map(({ key, value }) => [key, value])),
    tags: Object.fromEntries((data.tags ?? []).map(({ key, value }) => [key, value])),
  }
}
