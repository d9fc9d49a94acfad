/** The signals of one run: cancelled from outside, or by the run itself when a step fails. */
import { setMaxListeners } from 'node:events'
import type { Stop } from '../supervisor/stop.ts'

const GRACE_MS = 5000

interface StopOptions {
  readonly signal?: AbortSignal | undefined
  readonly forceSignal?: AbortSignal | undefined
  readonly graceMs?: number | undefined
}

/** `cancel` stops the run from inside; `release` forgets the outside signals. */
export function makeStop({ signal, forceSignal, graceMs = GRACE_MS }: StopOptions): {
  readonly stop: Stop
  readonly cancel: () => void
  readonly release: () => void
} {
  const [asked, forced] = [new AbortController(), new AbortController()]
  // Every running process listens; Node would take more than ten for a leak.
  setMaxListeners(0, asked.signal, forced.signal)
  const cancel = (): void => {
    asked.abort()
  }
  const force = (): void => {
    asked.abort()
    forced.abort()
  }
  signal?.addEventListener('abort', cancel)
  forceSignal?.addEventListener('abort', force)
  if (signal?.aborted === true) cancel()
  if (forceSignal?.aborted === true) force()
  return {
    stop: { cancel: asked.signal, force: forced.signal, graceMs },
    cancel,
    release() {
      signal?.removeEventListener('abort', cancel)
      forceSignal?.removeEventListener('abort', force)
    },
  }
}
