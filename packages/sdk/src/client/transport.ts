/** What carries requests: `fetch` by default, `node:http` in the program `sotto`. */

/** A request, ready to be sent. */
export interface HttpRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** JSON as text. */
  readonly body?: string | undefined
  /** Give up after that time. */
  readonly timeoutMs: number
}

/** An answer, read to its end. */
export interface HttpAnswer {
  readonly status: number
  /** A header by its name in lower case. */
  readonly header: (name: string) => string | undefined
  readonly body: string
}

/**
 * Sends a request and gives the answer, whatever its status. Throws `unreachable` where there is no whole answer. It
 * follows no redirect: the token would go along.
 */
export type Transport = (request: HttpRequest) => Promise<HttpAnswer>
