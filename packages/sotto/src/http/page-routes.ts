/** Pages beside the operations: for those who run the server (is it there, can it answer, what did it do), and its reference. */
import type { Answer } from './answer.ts'
import type { Metrics } from './metrics.ts'
import type { HttpParts } from './parts.ts'
import { openApiAnswer, referenceAnswer, styleAnswer } from './pages/pages.ts'
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

type Page = (question: Question) => Answer | Promise<Answer>

const pages: ReadonlyMap<string, Page> = new Map<string, Page>([
  ['healthz', () => fine],
  [
    'readyz',
    async ({ parts }) => {
      await parts.ready()
      return fine
    },
  ],
  ['metrics', metricsPage],
  ['openapi.json', openApiAnswer],
  ['docs', referenceAnswer],
  ['docs/page.css', styleAnswer],
])

const fine: Answer = { status: 200, contentType: 'text/plain; charset=utf-8', body: 'ok\n' }

export function isPage({ parts }: RequestTarget): boolean {
  return pages.has(parts.join('/'))
}

/** Codes: `method_not_allowed`, those of `ready`, and those of `metrics`. */
export async function pageAnswer(question: Question): Promise<Answer> {
  const { method, target } = question
  if (method !== 'GET' && method !== 'HEAD') throw methodNotAllowed(['GET', 'HEAD'])
  const page = pages.get(target.parts.join('/'))
  if (page === undefined) throw new Error('a page without an address was asked')
  return await page(question)
}

/** How often which operation is used says something about a store: it takes the right to describe it. */
async function metricsPage({ headers, handler, parts }: Question): Promise<Answer> {
  const actor = await parts.authenticate({ credential: bearerOf(headers.authorization), workspace: 'default' })
  await parts.service.call(actor, 'describeStore', {})
  return { status: 200, contentType: 'text/plain; version=0.0.4; charset=utf-8', body: handler.metrics.text() }
}
