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

/** `undefined` where the address is none of these. Codes: `method_not_allowed`, those of `ready`, and of `metrics`. */
export async function healthPage(question: Question): Promise<Answer | undefined> {
  const { parts } = question.target
  const [name] = parts
  if (parts.length !== 1 || (name !== 'healthz' && name !== 'readyz' && name !== 'metrics')) return undefined
  if (question.method !== 'GET' && question.method !== 'HEAD') throw methodNotAllowed(['GET', 'HEAD'])
  if (name === 'metrics') return metricsPage(question)
  if (name === 'readyz') await question.parts.ready()
  return { status: 200, contentType: 'text/plain; charset=utf-8', body: 'ok\n' }
}

/** How often which operation is used says something about a store: it takes the right to describe it. */
async function metricsPage({ headers, handler, parts }: Question): Promise<Answer> {
  const actor = await parts.authenticate({ credential: bearerOf(headers.authorization), workspace: 'default' })
  await parts.service.call(actor, 'describeStore', {})
  return { status: 200, contentType: 'text/plain; version=0.0.4; charset=utf-8', body: handler.metrics.text() }
}
