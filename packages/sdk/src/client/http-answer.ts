/** Reads what a server answered: the output of the operation, or the error that the service threw. */
import { errorFromShape, SottoError } from '../model/error.ts'
import type { ErrorCode, ErrorDetails, ErrorShape } from '../model/error.ts'
import type { HttpAnswer } from './transport.ts'

/** A problem (RFC 9457) as Sotto's servers write it. */
interface Problem {
  readonly status: number
  readonly detail: string
  readonly code: ErrorCode
  readonly hint?: string
  readonly details?: ErrorDetails
  readonly requestId?: string
}

/** The output. Throws the error that the server tells, and `unreachable` for an answer that is not of a Sotto server. */
export function readAnswer(answer: HttpAnswer): unknown {
  const content = parse(answer)
  if (answer.status === 200) return content
  throw isProblem(content) ? errorOf(content) : notSotto(answer.status)
}

function parse(answer: HttpAnswer): unknown {
  try {
    return JSON.parse(answer.body)
  } catch {
    // The text is not quoted: a proxy's page says nothing, and a cut answer may hold values.
    throw notSotto(answer.status)
  }
}

function isProblem(content: unknown): content is Problem {
  if (typeof content !== 'object' || content === null) return false
  const { code, detail } = content as Partial<Record<keyof Problem, unknown>> // read as what it may be
  return typeof code === 'string' && typeof detail === 'string'
}

function errorOf({ code, detail, hint, details = {}, requestId }: Problem): SottoError {
  if (code === 'route_unknown')
    return new SottoError('unsupported', 'the server does not know this operation', {
      hint: 'it is older or newer than this client, or SOTTO_URL names something else; compare their versions',
    })
  const shape: ErrorShape = { code, message: detail, ...(hint === undefined ? {} : { hint }), details }
  const error = errorFromShape(shape)
  // Only where nobody knows what was wrong does its place in the server's log help.
  if (error.code !== 'internal' || requestId === undefined) return error
  return new SottoError('internal', detail, { hint, details: { ...details, requestId } })
}

function notSotto(status: number): SottoError {
  return new SottoError(
    'unreachable',
    `what answers is no Sotto server, or is in front of one (status ${String(status)})`,
    {
      hint: 'look at the address, and at proxies on the way',
      details: { status },
    },
  )
}
