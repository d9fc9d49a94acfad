/**
 * A tracking server that can be told to fail: as much of MLflow's REST API as Sotto calls, in memory, with basic
 * authentication. `test/mlflow/fake.test.ts` holds it against the real server.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'

/** What happens to a request instead of an answer. */
export type Fault =
  | 'reset'
  | 'hang'
  | { readonly status: number; readonly body?: string; readonly headers?: { readonly [name: string]: string } }

export interface FakeRequest {
  readonly method: string
  /** Under `/api/2.0/`, without the query. */
  readonly path: string
  readonly authorization: string | undefined
  readonly body: Buffer
}

export interface FakeMlflow extends AsyncDisposable {
  readonly url: string
  readonly username: string
  readonly password: string
  readonly requests: readonly FakeRequest[]
  /** The next requests to this path meet these faults, one each. */
  fail(path: string, ...faults: Fault[]): void
}

type Json = { readonly [name: string]: unknown }
interface StoredRun {
  readonly info: { [name: string]: unknown }
  readonly tags: Map<string, string>
}

/** Over TLS with this certificate, or without. */
export async function startFakeMlflow(tls?: { readonly cert: string; readonly key: string }): Promise<FakeMlflow> {
  const faults = new Map<string, Fault[]>()
  const requests: FakeRequest[] = []
  const username = 'fake'
  const password = 'fake-password-of-mlflow'
  const api = new Api()
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(incoming.url ?? '/', 'http://fake')
    const path = url.pathname.replace('/api/2.0/', '')
    const chunks: Buffer[] = []
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk) // no encoding is set
    const request = {
      method: incoming.method ?? '',
      path,
      authorization: incoming.headers.authorization,
      body: Buffer.concat(chunks),
    }
    requests.push(request)
    const fault = faults.get(path)?.shift()
    if (fault === 'hang') return
    if (fault === 'reset') return void incoming.socket.destroy()
    const expected = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
    if (fault !== undefined) response.writeHead(fault.status, fault.headers).end(fault.body)
    else if (request.authorization !== expected)
      response.writeHead(401, { 'content-type': 'text/html' }).end('You are not authenticated.')
    else {
      const { status, body } = api.answer(request, url.searchParams)
      response.writeHead(status, { 'content-type': 'application/json' }).end(body)
    }
  }
  const listener = (incoming: IncomingMessage, response: ServerResponse): void => void answer(incoming, response)
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${String(address.port)}`,
    username,
    password,
    requests,
    fail: (path, ...more) => faults.set(path, more),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

interface ApiAnswer {
  readonly status: number
  readonly body: string
}

class Api {
  readonly #experiments = new Map<string, string>()
  readonly #runs = new Map<string, StoredRun>()

  answer({ method, path, body }: FakeRequest, query: URLSearchParams): ApiAnswer {
    if (path.startsWith('mlflow-artifacts/artifacts/')) return { status: 200, body: '' }
    const input = method === 'POST' ? (JSON.parse(body.toString()) as Json) : {} // what our client sends
    const text = (name: string): string => (typeof input[name] === 'string' ? input[name] : '')
    switch (path) {
      case 'mlflow/experiments/get-by-name':
        return this.#findExperiment(query.get('experiment_name') ?? '')
      case 'mlflow/experiments/create':
        return this.#createExperiment(text('name'))
      case 'mlflow/runs/create':
        return this.#createRun(input)
      case 'mlflow/runs/log-batch':
        return this.#runs.has(text('run_id')) ? ok({}) : no(404, 'RESOURCE_DOES_NOT_EXIST')
      case 'mlflow/runs/update':
        return this.#updateRun(text('run_id'), text('status'))
      case 'mlflow/runs/search':
        return this.#search(text('filter'))
      default:
        return { status: 404, body: '<!doctype html><title>404 Not Found</title>' }
    }
  }

  #findExperiment(name: string): ApiAnswer {
    const id = this.#experiments.get(name)
    if (id === undefined) return no(404, 'RESOURCE_DOES_NOT_EXIST')
    return ok({
      experiment: { experiment_id: id, name, artifact_location: `mlflow-artifacts:/${id}`, lifecycle_stage: 'active' },
    })
  }

  #createExperiment(name: string): ApiAnswer {
    if (this.#experiments.has(name)) return no(400, 'RESOURCE_ALREADY_EXISTS')
    const id = String(this.#experiments.size + 1)
    this.#experiments.set(name, id)
    return ok({ experiment_id: id })
  }

  #createRun(input: Json): ApiAnswer {
    const id = `${this.#runs.size.toString(16)}${'f'.repeat(31)}`
    const tags = new Map<string, string>()
    if (Array.isArray(input['tags'])) {
      for (const { key, value } of input['tags'] as readonly { key: string; value: string }[]) tags.set(key, value) // what our client sends
    }
    const info = {
      run_id: id,
      run_uuid: id,
      run_name: input['run_name'],
      experiment_id: input['experiment_id'],
      status: 'RUNNING',
      start_time: input['start_time'],
      artifact_uri: `mlflow-artifacts:/1/${id}/artifacts`,
      lifecycle_stage: 'active',
    }
    this.#runs.set(id, { info, tags })
    return ok({ run: show({ info, tags }) })
  }

  #updateRun(id: string, status: string): ApiAnswer {
    const run = this.#runs.get(id)
    if (run === undefined) return no(404, 'RESOURCE_DOES_NOT_EXIST')
    run.info['status'] = status
    return ok({ run_info: run.info })
  }

  /** Knows `tags.NAME = 'VALUE'`, joined by `and`. */
  #search(filter: string): ApiAnswer {
    const wanted = filter.split(' and ').map((part) => /^tags\.`?([^`]+?)`? = '(.*)'$/.exec(part) ?? [])
    const runs = [...this.#runs.values()].filter(({ tags }) =>
      wanted.every(([, key, value]) => tags.get(key ?? '') === value),
    )
    // The real server leaves an empty list out.
    return ok(runs.length === 0 ? {} : { runs: runs.map(show) })
  }
}

function show({ info, tags }: StoredRun): Json {
  return { info, data: { tags: [...tags].map(([key, value]) => ({ key, value })) }, inputs: {} }
}

function ok(value: Json): ApiAnswer {
  return { status: 200, body: JSON.stringify(value) }
}

function no(status: number, code: string): ApiAnswer {
  return { status, body: JSON.stringify({ error_code: code, message: 'no' }) }
}
