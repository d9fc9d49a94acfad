/**
 * The HTTP server: node:http and nothing above it (docs/decisions says what a framework would cost). This file is about
 * connections; what becomes of a request is in `handler.ts`.
 */
import { createServer as createHttpServer } from 'node:http'
import type { IncomingMessage, RequestListener, Server, ServerOptions } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { SottoError, systemCode } from '@sotto/sdk/model'
import { problemType, writeAnswer } from './answer.ts'
import { RequestHandler } from './handler.ts'
import type { HttpParts } from './parts.ts'
import { problemOf } from './problem.ts'
import { malformed } from './request-error.ts'
import { mostHeaders } from './request-headers.ts'

/** A certificate and its key, in PEM. */
export interface TlsFiles {
  readonly cert: Buffer
  readonly key: Buffer
}

export interface ListenOptions {
  readonly host: string
  /** 0 for any that is free. */
  readonly port: number
  readonly tls?: TlsFiles | undefined
}

export interface HttpServer {
  /** `https://127.0.0.1:8420`. */
  readonly url: string
  /** Replaces the certificate for connections to come. Throws `input_invalid` for one that is none. */
  replaceTls(tls: TlsFiles): void
  /** Takes no more requests, lets those under way end, and closes. */
  stop(): Promise<void>
}

/** Listens. Codes: `input_invalid` for an address that cannot be listened at, or a certificate that is none. */
export async function startHttpServer(parts: HttpParts, options: ListenOptions): Promise<HttpServer> {
  const handler = new RequestHandler(parts)
  const server = await createServer(parts, options, (request, response) => void handler.handle(request, response))
  setLimits(server, parts)
  answerWhatIsNoRequest(server)
  server.on('connection', (socket) => {
    handler.metrics.connections += 1
    socket.on('close', () => (handler.metrics.connections -= 1))
  })
  await listen(server, options)
  const { port } = server.address() as AddressInfo // it listens at a port
  const host = options.host.includes(':') ? `[${options.host}]` : options.host
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://${host}:${String(port)}`,
    replaceTls: (tls) => {
      if ('setSecureContext' in server) setCertificate(() => (server as TlsServer).setSecureContext(tls)) // an https server has it
    },
    stop: () => stop(server, handler, parts),
  }
}

interface TlsServer {
  setSecureContext(tls: TlsFiles): void
}

async function createServer(parts: HttpParts, { tls }: ListenOptions, listener: RequestListener): Promise<Server> {
  const { limits } = parts
  const options: ServerOptions = {
    maxHeaderSize: 16 * 1024,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.idleMs,
    connectionsCheckingInterval: Math.min(1000, limits.headersMs),
    insecureHTTPParser: false,
    noDelay: true,
  }
  if (tls === undefined) return createHttpServer(options, listener)
  const https = await import('node:https')
  return setCertificate(() => https.createServer({ ...options, ...tls, minVersion: 'TLSv1.2' }, listener))
}

function setCertificate<T>(set: () => T): T {
  try {
    return set()
  } catch (error) {
    // OpenSSL's message tells nothing of the key but its kind; the cause is left out all the same.
    throw new SottoError(
      'input_invalid',
      `certificate and key cannot be used (${systemCode(error) ?? 'no reason given'})`,
      {
        hint: 'both are PEM, and belong together',
      },
    )
  }
}

function setLimits(server: Server, { limits }: HttpParts): void {
  server.maxConnections = limits.connections
  server.maxHeadersCount = mostHeaders
  // Nothing moves on the connection: its peer does not read what was answered, or an operation is very long.
  server.timeout = limits.answerMs * 2
}

/** What never becomes a request is answered on the connection itself. */
function answerWhatIsNoRequest(server: Server): void {
  server.on('clientError', (error: Error, socket: Duplex) => {
    const code = systemCode(error)
    if (code === 'ECONNRESET' || !socket.writable) socket.destroy()
    else if (code === 'HPE_HEADER_OVERFLOW') refuse(socket, tooLargeHeaders(), 431)
    else if (code === 'ERR_HTTP_REQUEST_TIMEOUT') refuse(socket, tooLate(), 408)
    else refuse(socket, malformed('it is not HTTP/1.1'), 400)
  })
  const refuseConnection = (_request: IncomingMessage, socket: Duplex): void =>
    refuse(socket, malformed('no other protocol is spoken here'), 400)
  server.on('connect', refuseConnection)
  server.on('checkExpectation', (_request, response) => {
    const { status, body } = problemOf(malformed('what it expects cannot be done'), '', 417)
    writeAnswer(response, { status, contentType: problemType, body, id: '', keep: false })
  })
}

function tooLargeHeaders(): SottoError {
  return new SottoError('request_too_large', `the headers are larger than 16 KiB, or more than ${String(mostHeaders)}`)
}

function tooLate(): SottoError {
  return new SottoError('request_timeout', 'the request did not arrive in time')
}

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
}

function refuse(socket: Duplex, error: SottoError, status: number): void {
  const { body } = problemOf(error, '', status)
  const head = [
    `HTTP/1.1 ${String(status)} ${reasons[status] ?? 'Bad Request'}`,
    `Content-Type: ${problemType}`,
    `Content-Length: ${String(Buffer.byteLength(body))}`,
    'Cache-Control: no-store',
    'Connection: close',
  ]
  socket.on('error', () => undefined) // whoever sent it may be gone
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

function listen(server: Server, { host, port }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        new SottoError(
          'input_invalid',
          `${host}:${String(port)} cannot be listened at (${systemCode(error) ?? 'no reason given'})`,
          {
            hint: '--listen HOST:PORT names another address',
          },
        ),
      )
    })
    server.listen({ host, port, backlog: 1024 }, resolve)
  })
}

async function stop(server: Server, handler: RequestHandler, { limits }: HttpParts): Promise<void> {
  handler.stop()
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const late = setTimeout(() => server.closeAllConnections(), limits.stopMs)
  await closed
  handler.close()
  clearTimeout(late)
}
