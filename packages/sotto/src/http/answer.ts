/** Writes answers. All of them are for this caller and this moment: nothing on the way may keep one. */
import type { ServerResponse } from 'node:http'

export interface Answer {
  readonly status: number
  readonly contentType: string
  readonly body: string
  /** Names and values in turn. */
  readonly headers?: readonly string[] | undefined
}

export const jsonType = 'application/json'
export const problemType = 'application/problem+json'

/** An answer on its way. */
export interface WrittenAnswer extends Answer {
  /** Id of the request. */
  readonly id: string
  /** May the connection be used again? */
  readonly keep: boolean
}

/** Writes the whole answer. */
export function writeAnswer(response: ServerResponse, answer: WrittenAnswer): void {
  const { status, contentType, body, headers = [], id, keep } = answer
  const sizeBytes = Buffer.byteLength(body)
  response.writeHead(status, [
    'Content-Type',
    contentType,
    'Content-Length',
    String(sizeBytes),
    'Cache-Control',
    'no-store',
    'X-Content-Type-Options',
    'nosniff',
    'X-Request-Id',
    id,
    ...headers,
    ...(keep ? [] : ['Connection', 'close']),
  ])
  // Where every character is one byte, this encoding gives the same bytes and is quicker.
  response.end(body, sizeBytes === body.length ? 'latin1' : 'utf8')
}
