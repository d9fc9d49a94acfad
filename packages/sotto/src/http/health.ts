/** Pages for those who run the server: is it there, can it answer, what did it do. */
import type { Answer } from './answer.ts'
import type { Metrics } from './metrics.ts'
import type { HttpParts } from './parts.ts'
import { bearerOf } from './request-headers.ts'
import type { RequestHeaders } from './request-headers.ts'
import type { RequestTarget } from './request-target.ts'
import { methodNotAllowed } from './router.ts'

interface Question {
  readonly method: string
  readonly target: RequestTarget
  readonly headers: RequestHeaders
  readonly handler: { readonly metrics: Metrics }
  readonly parts: HttpParts
}

const pages: readonly string[] = ['healthz', 'readyz', 'metrics']

export function isHealthPage({ parts }: RequestTarget): boolean {
  return parts.length === 1 && pages.includes(parts[0] ?? '')
}

/** Codes: `method_not_allowed`, those of `ready`, and those of `metrics`. */
export async function healthPage(question: Question): Promise<Answer> {
  const { method, target, parts } = question
  if (method !== 'GET' && method !== 'HEAD') throw methodNotAllowed(['GET', 'HEAD'])
  if (target.parts[0] === 'metrics') return await metricsPage(question)
  if (target.parts[0] === 'readyz') await parts.ready()
  return { status: 200, contentType: 'text/plain; charset=utf-8', body: 'ok\n' }
}

/** How often which operation is used says something about a store: it takes the right to describe it. */
async function metricsPage({ headers, handler, parts }: Question): Promise<Answer> {
  const actor = await parts.authenticate({ credential: bearerOf(headers.authorization), workspace: 'default' })
  await parts.service.call(actor, 'describeStore', {})
  return { status: 200, contentType: 'text/plain; version=0.0.4; charset=utf-8', body: handler.metrics.text() }
}
