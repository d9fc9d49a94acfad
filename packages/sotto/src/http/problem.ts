/** Errors as answers: problem details (RFC 9457) with the code of the error. Only here does an error become one. */
import { isSottoError, SottoError } from '@sotto/sdk/model'

export interface Problem {
  readonly status: number
  readonly body: string
  readonly code: string
}

/** `statusLine`: in place of the status that the code has. Anything that is no error of ours is a fault, whose message may hold anything: it is not told. */
export function problemOf(error: unknown, requestId: string, statusLine?: number): Problem {
  const told = isSottoError(error)
    ? error
    : new SottoError('internal', 'a fault of Sotto', {
        hint: 'the log of the server has more, under the id of the request',
      })
  const { code, message, hint, details, status: usual } = told
  const status = statusLine ?? usual
  const body = {
    type: `urn:sotto:error:${code}`,
    title: code.replaceAll('_', ' '),
    status,
    detail: message,
    code,
    ...(hint === undefined ? {} : { hint }),
    details,
    requestId,
  }
  return { status, body: JSON.stringify(body), code }
}
