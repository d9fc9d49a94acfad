/** How runs are spoken of. */
import type { Run, RunState } from '@sotto/sdk/model'
import type { Style } from '../print/style.ts'

/**
 * The last group of the id: 48 random bits, so that runs of one minute, whose ids begin alike, are told apart. Every
 * command takes it for the id.
 */
export function shortId(id: string): string {
  return id.slice(id.lastIndexOf('-') + 1)
}

/** `420 ms`, `3.1 s`, `2 min 5 s`, `1 h 12 min`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${String(Math.max(0, Math.round(ms)))} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 3600) return `${String(Math.floor(seconds / 60))} min ${String(seconds % 60)} s`
  return `${String(Math.floor(seconds / 3600))} h ${String(Math.floor((seconds % 3600) / 60))} min`
}

/** From start to end; for what still runs, to now. */
export function tookText({ startedAt, endedAt }: Pick<Run, 'startedAt' | 'endedAt'>, now: Date): string {
  const end = endedAt === undefined ? now.getTime() : Date.parse(endedAt)
  return durationText(end - Date.parse(startedAt))
}

const colours: { readonly [state in RunState]: Parameters<Style>[0] } = {
  running: 'cyan',
  completed: 'green',
  failed: 'red',
  cancelled: 'yellow',
}

/** The word says it without the colour. */
export function stateText(state: RunState, style: Style): string {
  return style(colours[state], state)
}
