/** Reads `--expires`. */
import { durationMs, parseTime } from './parse-time.ts'

/** `undefined` where it is not given, `null` for `never`; else a time, or how long from now: `30d`. Code: `usage`. */
export function parseExpiry(text: string | undefined, now: Date): string | null | undefined {
  if (text === undefined) return undefined
  if (text === 'never') return null
  const ahead = durationMs(text)
  return ahead === undefined ? parseTime('expires', text, now) : new Date(now.getTime() + ahead).toISOString()
}
