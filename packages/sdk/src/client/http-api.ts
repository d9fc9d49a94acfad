/** The Api over HTTP. It sees to requests and answers; what an operation means is the server's alone. */
import type { Api, OperationName } from '../model/api.ts'
import { operationNames, operations } from '../model/operations.ts'
import { apiPath } from '../model/route.ts'
import { fetchTransport } from './fetch-transport.ts'
import { readAnswer } from './http-answer.ts'
import { writeRequest } from './http-request.ts'
import { withRetries } from './retry.ts'
import type { RetryOptions } from './retry.ts'
import type { Transport } from './transport.ts'

/** Where the server is, and who asks. */
export interface HttpApiOptions {
  /** `https://sotto.example`. */
  readonly url: string
  /** The credential of the caller, or what gives it anew for each request. */
  readonly token?: string | (() => Promise<string>) | undefined
  /** Name or id; `default` without it. */
  readonly workspace?: string | undefined
  /** `fetch` without it. */
  readonly transport?: Transport | undefined
  /** How long one request may take; 30 seconds without it. */
  readonly timeoutMs?: number | undefined
  /** How requests are sent again that may be. */
  readonly retry?: RetryOptions | undefined
}

/** Sends nothing before an operation is asked. */
export function createHttpApi(options: HttpApiOptions): Api {
  const caller = new HttpCaller(options)
  const bind = (name: OperationName) => (input: object) => caller.call(name, input)
  return Object.fromEntries(operationNames.map((name) => [name, bind(name)])) as unknown as Api // an entry for each operation; what they answer is the server's word
}

class HttpCaller {
  readonly #base: string
  readonly #token: HttpApiOptions['token']
  readonly #transport: Transport
  readonly #timeoutMs: number
  readonly #retry: RetryOptions | undefined

  constructor(options: HttpApiOptions) {
    const { url, token, workspace = 'default', transport = fetchTransport, timeoutMs = 30_000, retry } = options
    this.#base = `${url.replace(/\/+$/, '')}${apiPath}${encodeURIComponent(workspace)}`
    this.#token = token
    this.#transport = transport
    this.#timeoutMs = timeoutMs
    this.#retry = retry
  }

  async call(name: OperationName, input: object): Promise<unknown> {
    const operation = operations[name]
    const { target, body } = writeRequest(operation, input)
    const token = typeof this.#token === 'function' ? await this.#token() : this.#token
    const request = {
      method: operation.method,
      url: `${this.#base}${target}`,
      headers: {
        accept: 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body,
      timeoutMs: this.#timeoutMs,
    }
    const reads = operation.right === 'describe' || operation.right === 'read'
    return readAnswer(await withRetries(() => this.#transport(request), reads, this.#retry))
  }
}
