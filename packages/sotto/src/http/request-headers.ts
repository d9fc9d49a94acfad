/** Reads the headers that matter, once, from the list as it came: a header that decides may stand there once only. */
import { SottoError } from '@sotto/sdk/model'
import { malformed } from './request-error.ts'

export interface RequestHeaders {
  readonly authorization: string | undefined
  readonly contentType: string | undefined
  readonly contentEncoding: string | undefined
  /** Has the request a body, also an empty one in chunks? */
  readonly hasBody: boolean
  /** The size of the body; `undefined` where it comes in chunks, or there is none. */
  readonly bodyBytes: number | undefined
}

/** Node leaves out headers beyond that number, among which may be one that decides. */
export const mostHeaders = 100

/** `raw` has names and values in turn. Codes: `request_malformed`, `request_too_large`. */
export function readHeaders(raw: readonly string[]): RequestHeaders {
  if (raw.length >= mostHeaders * 2)
    throw new SottoError('request_too_large', `the request has more than ${String(mostHeaders - 1)} headers`)
  let authorization: string | undefined
  let contentType: string | undefined
  let contentEncoding: string | undefined
  let hasBody = false
  let bodyBytes: number | undefined
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at] ?? ''
    const value = raw[at + 1] ?? ''
    switch (name.length) {
      case 12:
        if (is(name, 'content-type')) contentType = once('Content-Type', contentType, value)
        break
      case 13:
        if (is(name, 'authorization')) authorization = once('Authorization', authorization, value)
        break
      case 14:
        if (is(name, 'content-length')) {
          bodyBytes = Number(value)
          hasBody ||= bodyBytes !== 0
        }
        break
      case 16:
        if (is(name, 'content-encoding')) contentEncoding = once('Content-Encoding', contentEncoding, value)
        break
      case 17:
        if (is(name, 'transfer-encoding')) hasBody = true
        break
      default:
    }
  }
  return { authorization, contentType, contentEncoding, hasBody, bodyBytes }
}

function is(name: string, lower: string): boolean {
  return name === lower || name.toLowerCase() === lower
}

function once(name: string, before: string | undefined, value: string): string {
  if (before !== undefined) throw malformed(`its header ${name} is given twice`)
  return value
}

const json = /^application\/json(?:\s*;\s*charset=(?:"utf-8"|utf-8))?\s*$/i

/** Refuses a body that is not JSON as it is. */
export function requireJson({ contentType, contentEncoding }: RequestHeaders): void {
  if (contentType === undefined || !json.test(contentType))
    throw unsupported('the body is not marked as JSON', 'send Content-Type: application/json')
  if (contentEncoding !== undefined && contentEncoding.toLowerCase() !== 'identity')
    throw unsupported('the body is compressed', 'send it without Content-Encoding')
}

function unsupported(message: string, hint: string): SottoError {
  return new SottoError('media_type_unsupported', message, { hint })
}

/** The credential of `Authorization: Bearer …`; `undefined` without the header. Another scheme is `not_signed_in`. */
export function bearerOf(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined
  const { token } = /^Bearer +(?<token>[\x21-\x7e]+) *$/i.exec(authorization)?.groups ?? {}
  if (token === undefined)
    throw new SottoError('not_signed_in', 'the header Authorization is not "Bearer" and a token', {
      hint: 'sotto login, or set SOTTO_TOKEN',
    })
  return token
}
