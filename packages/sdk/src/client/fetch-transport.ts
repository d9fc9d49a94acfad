/** Carries requests by `fetch`, which every JavaScript runtime has. */
import { SottoError } from '../model/error.ts'
import type { HttpAnswer, HttpRequest } from './transport.ts'

/** See `Transport`. */
export async function fetchTransport({ method, url, headers, body, timeoutMs }: HttpRequest): Promise<HttpAnswer> {
  try {
    const answer = await fetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      // Credentials of a browser are none of ours, and no answer may be kept.
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
    const text = await answer.text()
    return { status: answer.status, header: (name) => answer.headers.get(name) ?? undefined, body: text }
  } catch (error) {
    const late = error instanceof Error && error.name === 'TimeoutError'
    throw new SottoError('unreachable', late ? 'the server did not answer in time' : 'the server does not answer', {
      hint: 'is it running, and is its address right?',
      cause: error,
    })
  }
}
