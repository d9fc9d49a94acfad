/**
 * One request from its first line to its answer:
 *
 *     address -> operation -> caller -> body -> shape -> service -> answer
 *
 * Who the caller is comes before the body, so that nobody without a credential makes the server read or parse one.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { hasBody, isSottoError, operations, SottoError } from '@sotto/sdk/model'
import type { OperationName } from '@sotto/sdk/model'
import type { Actor } from '../service/parts.ts'
import { jsonType, problemType, writeAnswer } from './answer.ts'
import type { Answer } from './answer.ts'
import { Callers } from './callers.ts'
import { Deadlines } from './deadlines.ts'
import { identityAnswer, identityWorkspace } from './identity-route.ts'
import { isPage, pageAnswer } from './page-routes.ts'
import { Metrics } from './metrics.ts'
import type { HttpParts } from './parts.ts'
import { problemOf } from './problem.ts'
import { readJsonBody } from './read-body.ts'
import { readInput } from './read-input.ts'
import { malformed } from './request-error.ts'
import { bearerOf, readHeaders, requireJson } from './request-headers.ts'
import type { RequestHeaders } from './request-headers.ts'
import { RequestIds } from './request-id.ts'
import { readTarget } from './request-target.ts'
import type { RequestTarget } from './request-target.ts'
import { findRoute } from './router.ts'
import type { Route } from './router.ts'

interface Address {
  readonly target: RequestTarget
  readonly route: Route | undefined
  /** The workspace to which the address signs in by an identity token. */
  readonly signIn: string | undefined
}

/** What is known of a request, growing on its way. */
interface Exchange {
  readonly id: string
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly startedMs: number
  operation: OperationName | undefined
  principalId: string | undefined
  /** Is all of its body read? Then the parser may not have said yet that the request is complete. */
  bodyRead: boolean
  answered: boolean
}

/** Addresses without ids and query, which are the same each time. */
const mostKnownAddresses = 1000

export class RequestHandler {
  readonly metrics: Metrics = new Metrics()
  readonly #parts: HttpParts
  readonly #callers: Callers
  readonly #ids: RequestIds = new RequestIds()
  readonly #deadlines: Deadlines
  readonly #known = new Map<string, Address>()
  #stopping = false

  constructor(parts: HttpParts) {
    this.#parts = parts
    this.#callers = new Callers(parts.limits.requestsOfCaller)
    this.#deadlines = new Deadlines(parts.limits.answerMs)
  }

  /** From now on each answer ends its connection. */
  stop(): void {
    this.#stopping = true
  }

  /** After the last answer. */
  close(): void {
    this.#deadlines.stop()
  }

  /** Answers; never throws. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { metrics } = this
    const startedMs = performance.now()
    const exchange: Exchange = {
      id: this.#ids.next(),
      request,
      response,
      startedMs,
      operation: undefined,
      principalId: undefined,
      bodyRead: false,
      answered: false,
    }
    metrics.underWay += 1
    const done = this.#deadlines.begin(startedMs, () => this.#refuse(exchange, tooLate(this.#parts.limits.answerMs)))
    try {
      if (metrics.underWay > this.#parts.limits.requests) throw tooBusy()
      this.#write(exchange, await this.#answer(exchange))
    } catch (error) {
      this.#refuse(exchange, error)
    }
    done()
    metrics.underWay -= 1
  }

  async #answer(exchange: Exchange): Promise<Answer> {
    const { request } = exchange
    const { method = '' } = request
    if (request.httpVersionMajor !== 1) throw malformed('it is not HTTP/1.1')
    const headers = readHeaders(request.rawHeaders)
    const { target, route, signIn } = this.#address(method, request.url ?? '')
    if (signIn !== undefined) return await this.#signIn(exchange, headers, signIn)
    if (route === undefined) return await pageAnswer({ method, target, headers, handler: this, parts: this.#parts })
    const { operation } = route
    exchange.operation = operation
    const actor = await this.#authenticate(exchange, headers, route.workspace)
    const { principalId } = actor
    exchange.principalId = principalId
    this.#callers.enter(principalId)
    try {
      let body: unknown
      if (hasBody(operations[operation])) {
        requireJson(headers)
        body = await readJsonBody(request, headers.bodyBytes)
        exchange.bodyRead = true
      } else if (headers.hasBody) {
        throw malformed('it has a body, and this operation takes none')
      }
      const input = readInput(operation, { inPath: route.inPath, query: target.query, body })
      const output: unknown = await this.#parts.service.call(actor, operation, input)
      return { status: 200, contentType: jsonType, body: JSON.stringify(output) }
    } catch (error) {
      if (isSottoError(error, 'not_signed_in')) this.#parts.forget(actor)
      throw error
    } finally {
      this.#callers.leave(principalId)
    }
  }

  /** Nobody is signed in, so the caller is the address that it calls from. */
  async #signIn(exchange: Exchange, headers: RequestHeaders, workspace: string): Promise<Answer> {
    const { request, id: requestId } = exchange
    const caller = `address ${request.socket.remoteAddress ?? ''}`
    this.#callers.enter(caller)
    try {
      const { metrics } = this
      const answer = await identityAnswer({ request, headers, workspace, requestId, parts: this.#parts, metrics })
      exchange.bodyRead = true
      return answer
    } finally {
      this.#callers.leave(caller)
    }
  }

  /** Without a route where it is an address beside the operations. */
  #address(method: string, url: string): Address {
    const key = `${method} ${url}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const target = readTarget(url)
    const signIn = identityWorkspace(target)
    const route = isPage(target) || signIn !== undefined ? undefined : findRoute(method, target.parts)
    const address = { target, route, signIn }
    if (target.query.size === 0 && route?.inPath === undefined) {
      if (this.#known.size >= mostKnownAddresses) this.#known.clear()
      this.#known.set(key, address)
    }
    return address
  }

  /** Signs the caller in; those who cannot be are counted by where they call from. */
  async #authenticate({ request }: Exchange, headers: RequestHeaders, workspace: string): Promise<Actor> {
    try {
      return await this.#parts.authenticate({ credential: bearerOf(headers.authorization), workspace })
    } catch (error) {
      if (isSottoError(error, 'not_signed_in')) {
        this.metrics.recordRefusedCaller()
        this.#parts.refused(request.socket.remoteAddress ?? 'unknown')
      }
      throw error
    }
  }

  #refuse(exchange: Exchange, error: unknown): void {
    const { status, body } = problemOf(error, exchange.id)
    this.#write(exchange, { status, contentType: problemType, body, headers: headersOf(error) }, error)
  }

  #write(exchange: Exchange, answer: Answer, failure?: unknown): void {
    if (exchange.answered) return
    exchange.answered = true
    this.#record(exchange, answer.status, failure)
    const { id, request, response, bodyRead } = exchange
    if (response.destroyed) return
    // What was not read of a request cannot be told from the next one.
    writeAnswer(response, { ...answer, id, keep: !this.#stopping && (bodyRead || request.complete) })
  }

  #record({ id, operation, principalId, startedMs }: Exchange, status: number, failure: unknown): void {
    const durationMs = performance.now() - startedMs
    this.metrics.record(operation ?? 'unknown', status, durationMs / 1000)
    if (status < 500 && !this.#parts.logsRequests) return
    const facts = { requestId: id, operation, status, durationMs: Math.round(durationMs), principalId }
    if (status < 500) this.#parts.log({ level: 'info', event: 'request', ...facts, code: codeOf(failure) })
    else if (isSottoError(failure) && failure.code !== 'internal')
      this.#parts.log({ level: 'error', event: 'request', ...facts, code: failure.code })
    else this.#parts.log({ level: 'error', event: 'fault', ...facts, ...faultOf(failure) })
  }
}

function codeOf(failure: unknown): string | undefined {
  return isSottoError(failure) ? failure.code : undefined
}

/** Where a fault arose. Its message may hold anything, so only its kind and the places of its stack are told. */
function faultOf(failure: unknown): { fault: string; stack: string } {
  if (!(failure instanceof Error)) return { fault: typeof failure, stack: '' }
  const places = (failure.stack ?? '').split('\n').filter((line) => line.startsWith('    at '))
  return { fault: failure.name, stack: places.slice(0, 10).join('') }
}

/** Headers that say what the caller may do about it. */
function headersOf(error: unknown): readonly string[] {
  if (!isSottoError(error)) return []
  const { code, details } = error
  if (code === 'method_not_allowed') return ['Allow', String(details['allow'])]
  if (code === 'not_signed_in') return ['WWW-Authenticate', 'Bearer']
  if (code === 'too_many_requests' || code === 'store_busy') return ['Retry-After', '1']
  return []
}

function tooBusy(): SottoError {
  return new SottoError('too_many_requests', 'the server has as many requests under way as it takes')
}

/** What is under way goes on; only its answer is no longer waited for. */
function tooLate(limitMs: number): SottoError {
  const seconds = String(limitMs / 1000)
  return new SottoError('store_busy', `there was no answer within ${seconds} seconds; what was asked may still happen`)
}
