/**
 * One HTTP exchange with the server of a product. Redirects are answers like others here: following one would hand the
 * credentials to whatever address the server, or somebody between, writes into `Location`.
 */
import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http'

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: URL
  readonly headers: { readonly [name: string]: string | number }
  readonly body?: Uint8Array | undefined
  /** For the whole exchange, from look-up of the name to the last byte of the answer. */
  readonly timeoutMs: number
}

export interface HttpAnswer {
  readonly status: number
  /** Where a redirect leads, as written by the server; empty without one. */
  readonly location: string
  readonly body: Buffer
}

/**
 * Why there is no answer:
 * `connect`: nothing was sent, so that any call may be repeated; `interrupted`: the connection broke after that;
 * `timeout`; `tls`: no TLS, or a certificate that is not trusted; `malformed`: not HTTP; `too large`: over 8 MiB.
 */
export type HttpFailureKind = 'connect' | 'interrupted' | 'timeout' | 'tls' | 'malformed' | 'too large'

/** Holds a system code such as `ECONNREFUSED` and nothing that came over the wire. */
export class HttpFailure extends Error {
  override readonly name: string = 'HttpFailure'
  readonly kind: HttpFailureKind
  readonly systemCode: string

  constructor(kind: HttpFailureKind, systemCode: string) {
    super(`${kind} (${systemCode})`)
    this.kind = kind
    this.systemCode = systemCode
  }
}

/** Answers are some kilobytes; a search of 1,000 runs of MLflow stays below 4 MiB. */
const maxAnswerBytes = 8 * 1024 * 1024

/**
 * Below the 2 s (gunicorn) and 5 s (uvicorn) after which servers of MLflow close an idle connection: a call written into
 * a closing one breaks, and whether the server has read it cannot be told.
 */
const idleMs = 1500

export interface TlsOptions {
  /** Whether the server's certificate must be trusted. */
  readonly verify: boolean
  /** Authorities that are trusted instead of the usual ones, as PEM. */
  readonly authorities?: string | undefined
}

/** A kept-alive connection to one origin. Requests come one after another. */
export class HttpConnection {
  readonly #secure: boolean
  readonly #agent: Agent
  readonly #request: (options: RequestOptions) => ClientRequest
  /** When the last exchange ended, in milliseconds of the monotonic clock. */
  #lastUsed = 0

  constructor(origin: URL, { verify, authorities }: TlsOptions) {
    this.#secure = origin.protocol === 'https:'
    const agentOptions = { keepAlive: true, timeout: idleMs, maxSockets: 1 }
    // getBuiltinModule, not import: an import of node:http adds as much to a cold start as Node itself needs.
    if (this.#secure) {
      const https = process.getBuiltinModule('node:https')
      this.#agent = new https.Agent({
        ...agentOptions,
        rejectUnauthorized: verify,
        ...(authorities === undefined ? {} : { ca: authorities }),
      })
      this.#request = https.request
    } else {
      const http = process.getBuiltinModule('node:http')
      this.#agent = new http.Agent(agentOptions)
      this.#request = http.request
    }
  }

  /** Closes idle connections. The next `send` opens another. */
  close(): void {
    this.#agent.destroy()
  }

  /** Any status is an answer. Throws `HttpFailure`. */
  async send(exchange: HttpRequest): Promise<HttpAnswer> {
    // The agent's own timer comes too late when the process was busy meanwhile.
    if (performance.now() - this.#lastUsed > idleMs) this.#agent.destroy()
    try {
      return await this.#exchange(exchange)
    } finally {
      this.#lastUsed = performance.now()
    }
  }

  async #exchange({ method, url, headers, body, timeoutMs }: HttpRequest): Promise<HttpAnswer> {
    return await new Promise<HttpAnswer>((resolve, reject) => {
      const request = this.#request({
        method,
        agent: this.#agent,
        protocol: url.protocol,
        // URL keeps the brackets of an IPv6 address, node:http wants it without.
        hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
        port: url.port,
        path: `${url.pathname}${url.search}`,
        headers: { ...headers, ...(body === undefined ? {} : { 'content-length': body.length }) },
      })
      let connected = false
      let timedOut = false
      const timer = setTimeout(() => {
        timedOut = true
        request.destroy(new Error('timeout'))
      }, timeoutMs)
      const fail = (error: NodeJS.ErrnoException): void => {
        clearTimeout(timer)
        reject(timedOut ? new HttpFailure('timeout', 'ETIMEDOUT') : failureOf(error, connected))
      }
      request.on('socket', (socket) => {
        if (request.reusedSocket) connected = true
        else socket.once(this.#secure ? 'secureConnect' : 'connect', () => (connected = true))
      })
      request.on('error', fail)
      request.on('response', (response) => {
        readBody(response).then(
          (answer) => {
            clearTimeout(timer)
            resolve(answer)
          },
          (error: Error) => {
            request.destroy()
            fail(error)
          },
        )
      })
      request.end(body)
    })
  }
}

async function readBody(response: IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    // no encoding is set, so chunks are buffers
    size += chunk.length
    if (size > maxAnswerBytes) throw new HttpFailure('too large', 'EFBIG')
    chunks.push(chunk)
  }
  return { status: response.statusCode ?? 0, location: response.headers.location ?? '', body: Buffer.concat(chunks) }
}

/** The message and the other members of Node's error are dropped: a parser error carries the bytes it could not read. */
function failureOf(error: NodeJS.ErrnoException, connected: boolean): HttpFailure {
  if (error instanceof HttpFailure) return error
  const code = /^[A-Z][A-Z0-9_]{0,60}$/.test(error.code ?? '') ? (error.code ?? '') : 'unknown'
  if (code.startsWith('HPE_')) return new HttpFailure('malformed', code)
  if (code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL') || code === 'EPROTO' || certificateCodes.has(code))
    return new HttpFailure('tls', code)
  return new HttpFailure(connected ? 'interrupted' : 'connect', code)
}

/** Source: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const certificateCodes: ReadonlySet<string> = new Set([
  'CERT_CHAIN_TOO_LONG',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])
