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
import { healthPage } from './health.ts'
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

/** What is known of a request, growing on its way. */
interface Exchange {
  readonly id: string
  readonly request: IncomingMessage
  readonly startedMs: number
  operation: OperationName | undefined
  principalId: string | undefined
}

export class RequestHandler {
  readonly metrics: Metrics = new Metrics()
  readonly #parts: HttpParts
  readonly #callers: Callers
  readonly #ids: RequestIds = new RequestIds()
  #stopping = false

  constructor(parts: HttpParts) {
    this.#parts = parts
    this.#callers = new Callers(parts.limits.requestsOfCaller)
  }

  /** From now on each answer ends its connection. */
  stop(): void {
    this.#stopping = true
  }

  /** Answers; never throws. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { metrics } = this
    const startedMs = performance.now()
    const exchange: Exchange = {
      id: this.#ids.next(),
      request,
      startedMs,
      operation: undefined,
      principalId: undefined,
    }
    metrics.underWay += 1
    let answer: Answer
    let failure: unknown
    try {
      if (metrics.underWay > this.#parts.limits.requests) throw tooBusy()
      answer = await withDeadline(this.#answer(exchange), this.#parts.limits.answerMs)
    } catch (error) {
      failure = error
      answer = this.#refusal(exchange, error)
    }
    metrics.underWay -= 1
    this.#record(exchange, answer.status, failure)
    // What was not read of a request cannot be told from the next one.
    const keep = !this.#stopping && request.complete
    if (!response.destroyed) writeAnswer(response, withId(answer, exchange.id), keep)
  }

  async #answer(exchange: Exchange): Promise<Answer> {
    const { request } = exchange
    if (request.httpVersionMajor !== 1) throw malformed('it is not HTTP/1.1')
    const target = readTarget(request.url ?? '')
    const headers = readHeaders(request.rawHeaders)
    const page = await healthPage({ method: request.method ?? '', target, headers, handler: this, parts: this.#parts })
    if (page !== undefined) return page
    const route = findRoute(request.method ?? '', target.parts)
    exchange.operation = route.operation
    const actor = await this.#authenticate(exchange, headers, route.workspace)
    exchange.principalId = actor.principalId
    this.#callers.enter(actor.principalId)
    try {
      return await this.#operate(exchange, { route, target, headers, actor })
    } finally {
      this.#callers.leave(actor.principalId)
    }
  }

  async #operate(
    { request }: Exchange,
    { route, target, headers, actor }: { route: Route; target: RequestTarget; headers: RequestHeaders; actor: Actor },
  ): Promise<Answer> {
    const { operation, inPath } = route
    let body: unknown
    if (hasBody(operations[operation])) {
      requireJson(headers)
      body = await readJsonBody(request)
    } else if (headers.hasBody) {
      throw malformed('it has a body, and this operation takes none')
    }
    const input = readInput(operation, { inPath, query: target.query, body })
    const output: unknown = await this.#parts.service.call(actor, operation, input)
    return { status: 200, contentType: jsonType, body: JSON.stringify(output) }
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

  #refusal({ id }: Exchange, error: unknown): Answer {
    const { status, body } = problemOf(error, id)
    return { status, contentType: problemType, body, headers: headersOf(error) }
  }

  #record({ id, operation, principalId, startedMs }: Exchange, status: number, failure: unknown): void {
    const durationMs = performance.now() - startedMs
    this.metrics.record(operation ?? 'unknown', status, durationMs / 1000)
    if (status < 500) return
    const facts = { requestId: id, operation, status, durationMs: Math.round(durationMs), principalId }
    if (isSottoError(failure) && failure.code !== 'internal')
      this.#parts.log({ level: 'error', event: 'request', ...facts, code: failure.code })
    else this.#parts.log({ level: 'error', event: 'fault', ...facts, ...faultOf(failure) })
  }
}

/** Where a fault arose. Its message may hold anything, so only its kind and the places of its stack are told. */
function faultOf(failure: unknown): { fault: string; stack: string } {
  if (!(failure instanceof Error)) return { fault: typeof failure, stack: '' }
  const places = (failure.stack ?? '').split('\n').filter((line) => line.startsWith('    at '))
  return { fault: failure.name, stack: places.slice(0, 10).join('') }
}

function withId(answer: Answer, id: string): Answer {
  return { ...answer, headers: ['X-Request-Id', id, ...(answer.headers ?? [])] }
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
async function withDeadline<T>(work: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const seconds = String(limitMs / 1000)
      reject(
        new SottoError('store_busy', `there was no answer within ${seconds} seconds; what was asked may still happen`),
      )
    }, limitMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
