/**
 * When a request is sent again. What was never sent may be; what may have been done is only sent again where doing it
 * twice is the same as once: a read, or a change under an idempotency key.
 */
import { isSottoError } from '../model/error.ts'
import type { HttpAnswer } from './transport.ts'

export interface RetryOptions {
  /** How often at most, the first time included; 4 without it. */
  readonly attempts?: number | undefined
  /** Waits so many milliseconds. */
  readonly wait?: ((ms: number) => Promise<void>) | undefined
  /** From 0 up to 1. */
  readonly random?: (() => number) | undefined
}

const firstWaitMs = 100
const longestWaitMs = 5000
/** The server says that it did not begin: too much under way, other processes at the store, or it is stopping. */
const notBegun = new Set([429, 503])

/** Sends until there is an answer to keep. `repeatable`: may it be done twice? */
export async function withRetries(
  send: () => Promise<HttpAnswer>,
  repeatable: boolean,
  { attempts = 4, wait = sleep, random = Math.random }: RetryOptions = {},
): Promise<HttpAnswer> {
  for (let attempt = 1; ; attempt += 1) {
    const last = attempt >= attempts
    let askedMs = 0
    try {
      const answer = await send()
      if (last || !notBegun.has(answer.status) || !(repeatable || answer.status === 429)) return answer
      askedMs = Number(answer.header('retry-after') ?? 0) * 1000
      if (!(askedMs <= longestWaitMs)) return answer
    } catch (error) {
      if (last || !isSottoError(error, 'unreachable') || !(repeatable || error.details['sent'] === false)) throw error
    }
    // Half of it by chance: those who were turned away together do not come back together.
    const backoffMs = Math.min(longestWaitMs, firstWaitMs * 2 ** (attempt - 1))
    await wait(Math.max(askedMs, backoffMs / 2) + (random() * backoffMs) / 2)
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
