/** Ctrl-C: the first asks steps to end, the second kills them. */

export interface Interrupt {
  readonly signal: AbortSignal
  readonly forceSignal: AbortSignal
  /** Gives the signals back to whoever had them. */
  release(): void
}

/** Takes SIGINT, SIGTERM and SIGHUP of this process until `release`. */
export function takeInterrupts(): Interrupt {
  const [asked, forced] = [new AbortController(), new AbortController()]
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const stop = (): void => {
    if (asked.signal.aborted) forced.abort()
    asked.abort()
  }
  for (const signal of signals) process.on(signal, stop)
  return {
    signal: asked.signal,
    forceSignal: forced.signal,
    release() {
      for (const signal of signals) process.off(signal, stop)
    },
  }
}
