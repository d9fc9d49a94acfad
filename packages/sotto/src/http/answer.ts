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

/** Writes the whole answer. `keep`: may the connection be used again? */
export function writeAnswer(response: ServerResponse, answer: Answer, keep: boolean): void {
  const { status, contentType, body, headers = [] } = answer
  response.writeHead(status, [
    'Content-Type',
    contentType,
    'Content-Length',
    String(Buffer.byteLength(body)),
    'Cache-Control',
    'no-store',
    'X-Content-Type-Options',
    'nosniff',
    ...headers,
    ...(keep ? [] : ['Connection', 'close']),
  ])
  response.end(body)
}
