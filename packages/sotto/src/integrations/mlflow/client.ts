/**
 * Calls of MLflow's REST API. A call is repeated when nothing of it was sent, and after a broken connection or a server in
 * trouble only where doing it twice is the same as doing it once.
 *
 * Source: https://mlflow.org/docs/latest/rest-api.html
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { MlflowConfig } from './config.ts'
import { authorizationOf } from './credentials.ts'
import { HttpConnection, HttpFailure } from '../http-connection.ts'
import type { HttpAnswer } from '../http-connection.ts'
import { errorCodeOf, notMlflow, parseJson, refusal, unreachable } from './trouble.ts'

export interface Patience {
  /** For one exchange. */
  readonly timeoutMs: number
  /** Pauses before the second, third … try. */
  readonly pausesMs: readonly number[]
}

export const defaultPatience: Patience = { timeoutMs: 30_000, pausesMs: [200, 800] }

/** Slower than this an upload is given up, in bytes per millisecond (250 kB/s). */
const slowestUpload = 250

export interface ApiCall {
  readonly method: 'GET' | 'POST'
  /** Under `/api/2.0/mlflow/`: `runs/create`. */
  readonly path: string
  /** Query of a GET, JSON of a POST. */
  readonly input: { readonly [name: string]: unknown }
  /** What it is for, to go behind "could not": `create the run`. */
  readonly what: string
  /** Twice is the same as once. */
  readonly repeatable: boolean
  /** Answers of MLflow with this error code give `undefined` instead of an error. */
  readonly unless?: string
  /** What helps when MLflow itself says no; by default its log. */
  readonly hint?: string
}

interface Exchange {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: URL
  readonly body?: Uint8Array
  readonly contentType?: string
  readonly what: string
  readonly repeatable: boolean
  readonly timeoutMs: number
}

const unavailable: ReadonlySet<number> = new Set([429, 500, 502, 503, 504])

export class MlflowClient {
  readonly config: MlflowConfig
  readonly #connection: HttpConnection
  readonly #patience: Patience

  constructor(config: MlflowConfig, patience: Patience = defaultPatience) {
    this.config = config
    this.#connection = new HttpConnection(new URL(config.baseUrl), { verify: config.verifyTls })
    this.#patience = patience
  }

  /** The JSON of the answer; `undefined` for the error code in `unless`. Codes: those of `TrackerProvider.open`. */
  async call({ method, path, input, what, repeatable, unless, hint }: ApiCall): Promise<unknown> {
    const url = new URL(`${this.config.baseUrl}/api/2.0/mlflow/${path}`)
    if (method === 'GET') for (const [name, value] of Object.entries(input)) url.searchParams.set(name, String(value))
    const body = method === 'GET' ? {} : { body: Buffer.from(JSON.stringify(input)), contentType: 'application/json' }
    const answer = await this.#exchange({ method, url, ...body, what, repeatable, timeoutMs: this.#patience.timeoutMs })
    if (answer.status === 200) {
      const parsed = parseJson(answer.body)
      if (typeof parsed === 'object' && parsed !== null) return parsed
      throw notMlflow(this.config, what)
    }
    if (unless !== undefined && errorCodeOf(answer) === unless) return undefined
    throw refusal(this.config, what, answer, hint)
  }

  /** Puts bytes under an address of the server itself. Codes as `call`. */
  async upload(url: URL, data: Uint8Array, what: string): Promise<void> {
    const timeoutMs = this.#patience.timeoutMs + data.length / slowestUpload
    const answer = await this.#exchange({
      method: 'PUT',
      url,
      body: data,
      contentType: 'application/octet-stream',
      what,
      repeatable: true,
      timeoutMs,
    })
    if (answer.status < 200 || answer.status > 204) throw refusal(this.config, what, answer)
  }

  close(): void {
    this.#connection.close()
  }

  async #exchange(exchange: Exchange): Promise<HttpAnswer> {
    for (let tries = 0; ; tries += 1) {
      const outcome = await this.#tryOnce(exchange)
      const pauseMs = this.#patience.pausesMs[tries]
      if (pauseMs !== undefined && mayRepeat(outcome, exchange.repeatable)) await sleep(pauseMs)
      else if (outcome instanceof HttpFailure) throw unreachable(this.config, exchange.what, outcome)
      else return outcome
    }
  }

  async #tryOnce({ method, url, body, contentType, timeoutMs }: Exchange): Promise<HttpAnswer | HttpFailure> {
    const authorization = authorizationOf(this.config.credentials)
    const headers = {
      accept: 'application/json',
      'user-agent': 'sotto',
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
      ...(authorization === undefined ? {} : { authorization }),
    }
    try {
      return await this.#connection.send({ method, url, headers, body, timeoutMs })
    } catch (error) {
      if (error instanceof HttpFailure) return error
      throw error
    }
  }
}

/** A time-out is not repeated: who waits has waited long enough. */
function mayRepeat(outcome: HttpAnswer | HttpFailure, repeatable: boolean): boolean {
  if (outcome instanceof HttpFailure)
    return outcome.kind === 'connect' || (repeatable && outcome.kind === 'interrupted')
  return repeatable && unavailable.has(outcome.status)
}
