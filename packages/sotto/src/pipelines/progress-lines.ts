/** Progress of a run started from code, as plain lines. The command line has a richer one of its own. */
import type { RunEvent, RunObserver } from './engine/observer.ts'

/** Turns events into lines with the step's name in front, and gives each to `write`, its line break included. */
export function progressLines(write: (line: string) => void): RunObserver {
  const unfinished = new Map<string, string>()
  const decoders = new Map<string, TextDecoder>()
  const output = ({ step, stream, data }: Extract<RunEvent, { kind: 'output' }>): void => {
    const key = `${step}\0${stream}`
    const decoder = decoders.get(key) ?? new TextDecoder()
    decoders.set(key, decoder)
    const lines = `${unfinished.get(key) ?? ''}${decoder.decode(data, { stream: true })}`.split('\n')
    unfinished.set(key, lines.pop() ?? '')
    for (const line of lines) write(`${step} | ${line}\n`)
  }
  const rest = (step: string): void => {
    for (const [key, text] of unfinished) {
      if (!key.startsWith(`${step}\0`)) continue
      if (text !== '') write(`${step} | ${text}\n`)
      unfinished.delete(key)
    }
  }
  return (event) => {
    if (event.kind === 'output') output(event)
    if (event.kind === 'step ended') {
      rest(event.step)
      write(
        `${event.step} ${event.state} in ${seconds(event.durationMs)}${event.error === undefined ? '' : `: ${event.error}`}\n`,
      )
    }
    if (event.kind === 'step started') write(`${event.step} started\n`)
    if (event.kind === 'tracked') write(`${event.step} is tracked at ${event.url}\n`)
    if (event.kind === 'warning')
      write(`${event.step === undefined ? '' : `${event.step}: `}warning: ${event.message}\n`)
    if (event.kind === 'run started')
      write(`run ${event.run.id} of ${event.plan.pipeline} on stack ${event.run.stack}\n`)
    if (event.kind === 'run ended') write(`run ${event.state} in ${seconds(event.durationMs)}\n`)
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`
}
