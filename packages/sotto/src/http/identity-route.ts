/**
 * The door for those who have no token yet but an identity of somebody else: `POST …/sign-in/identity`. It is no operation
 * of the table, since nobody calls it; what it takes is small, and every refusal is the same.
 */
import type { IncomingMessage } from 'node:http'
import { apiPath, isSottoError, SottoError } from '@sotto/sdk/model'
import type { IdentityExchange } from '@sotto/sdk/model'
import * as v from 'valibot'
import { jsonType } from './answer.ts'
import type { Answer } from './answer.ts'
import type { Metrics } from './metrics.ts'
import type { HttpParts } from './parts.ts'
import { readJsonBody } from './read-body.ts'
import { malformed } from './request-error.ts'
import { requireJson } from './request-headers.ts'
import type { RequestHeaders } from './request-headers.ts'
import type { RequestTarget } from './request-target.ts'
import { methodNotAllowed } from './router.ts'
import { object, optional, text } from './schemas/shape.ts'

/** A token has 16 KiB at most. Nobody is signed in, so nobody makes us read more. */
const mostBytes = 20 * 1024

const front = apiPath.split('/').filter((part) => part !== '')
const shape = object<IdentityExchange>({ token: text, trust: optional(text) })

/** The workspace of such an address; `undefined` for any other. */
export function identityWorkspace({ parts }: RequestTarget): string | undefined {
  const rest = parts.slice(front.length)
  const fits = front.every((part, index) => parts[index] === part) && rest.slice(1).join('/') === 'sign-in/identity'
  return fits ? rest[0] : undefined
}

export interface IdentityQuestion {
  readonly request: IncomingMessage
  readonly headers: RequestHeaders
  readonly workspace: string
  readonly requestId: string
  readonly parts: HttpParts
  readonly metrics: Pick<Metrics, 'recordRefusedCaller'>
}

/** Codes: `method_not_allowed`, those of a body, and those of `exchangeIdentity`. */
export async function identityAnswer(question: IdentityQuestion): Promise<Answer> {
  const { request, headers, workspace, requestId, parts, metrics } = question
  if (request.method !== 'POST') throw methodNotAllowed(['POST'])
  requireJson(headers)
  if (headers.bodyBytes === undefined) throw malformed('its body has no Content-Length')
  if (headers.bodyBytes > mostBytes)
    throw new SottoError('request_too_large', `the body is larger than ${String(mostBytes / 1024)} KiB`)
  const read = v.safeParse(shape, await readJsonBody(request, headers.bodyBytes))
  if (!read.success) throw malformed('its body is not {"token": TEXT} with, perhaps, "trust": TEXT')
  try {
    const given = await parts.exchange(read.output, {
      workspace,
      refused: (why) => parts.log({ level: 'info', event: 'refused', requestId, why }),
    })
    return { status: 200, contentType: jsonType, body: JSON.stringify(given) }
  } catch (error) {
    if (isSottoError(error, 'not_signed_in')) {
      metrics.recordRefusedCaller()
      parts.refused(request.socket.remoteAddress ?? 'unknown')
    }
    throw error
  }
}
