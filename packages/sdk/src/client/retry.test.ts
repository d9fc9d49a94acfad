import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SottoError } from '../model/error.ts'
import { withRetries } from './retry.ts'
import type { HttpAnswer } from './transport.ts'

type Outcome = number | 'refused' | 'broken'

function answer(status: number, retryAfter?: string): HttpAnswer {
  return { status, header: (name) => (name === 'retry-after' ? retryAfter : undefined), body: '' }
}

/** Sends until it is given up, and tells how often and after which waits. */
async function tried(
  outcomes: readonly Outcome[],
  repeatable: boolean,
): Promise<{ sent: number; end: unknown; waits: number[] }> {
  let sent = 0
  const waits: number[] = []
  const send = async (): Promise<HttpAnswer> => {
    const outcome = outcomes[Math.min(sent, outcomes.length - 1)] ?? 200
    sent += 1
    if (typeof outcome === 'number') return answer(outcome, outcome === 429 ? '2' : undefined)
    throw new SottoError('unreachable', outcome, { details: { sent: outcome === 'broken' } })
  }
  const wait = async (ms: number): Promise<void> => void waits.push(ms)
  const end: unknown = await withRetries(send, repeatable, { wait, random: () => 0.5 }).then(
    ({ status }) => status,
    (error: unknown) => (error as SottoError).message,
  )
  return { sent, end, waits }
}

test('what only reads is sent again after a broken connection and while the server is busy', async () => {
  assert.deepEqual(await tried(['broken', 503, 200], true), { sent: 3, end: 200, waits: [75, 150] })
  assert.deepEqual(await tried([404], true), { sent: 1, end: 404, waits: [] })
  assert.deepEqual(await tried([500], true), { sent: 1, end: 500, waits: [] })
})

test('a change is sent again only where it was never begun', async () => {
  assert.deepEqual(await tried(['broken', 200], false), { sent: 1, end: 'broken', waits: [] })
  assert.deepEqual(await tried([503, 200], false), { sent: 1, end: 503, waits: [] })
  assert.deepEqual(await tried(['refused', 'refused', 200], false), { sent: 3, end: 200, waits: [75, 150] })
  assert.deepEqual(await tried([429, 200], false), { sent: 2, end: 200, waits: [2025] })
})

test('it gives up after some times, with what came last', async () => {
  assert.deepEqual(await tried(['refused'], true), { sent: 4, end: 'refused', waits: [75, 150, 300] })
  assert.deepEqual((await tried([503], true)).end, 503)
})

test('it does not wait for a server that asks for longer than a person would', async () => {
  let sent = 0
  const send = async (): Promise<HttpAnswer> => {
    sent += 1
    return answer(503, '60')
  }
  assert.equal((await withRetries(send, true)).status, 503)
  assert.equal(sent, 1)
})
