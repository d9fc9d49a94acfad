/** Reads a point in time as people write it. */
import { SottoError } from '@sotto/sdk/model'

const units: { readonly [unit: string]: number } = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/** `90m`, `24h`, `7d`, `2w`; `undefined` for anything else. */
export function durationMs(text: string): number | undefined {
  const [, count = '', unit = ''] = /^(\d{1,6})([mhdw])$/.exec(text) ?? []
  const one = units[unit]
  return one === undefined ? undefined : Number(count) * one
}

/** `2026-11-24`, an RFC 3339 time, or an age such as `90m`, `24h`, `7d`, `2w`; gives RFC 3339 with milliseconds. Code: `usage`. */
export function parseTime(option: string, text: string, now: Date): string {
  const ago = durationMs(text)
  if (ago !== undefined) return new Date(now.getTime() - ago).toISOString()
  if (/^\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2}))?$/.test(text)) {
    const time = new Date(text.length === 10 ? `${text}T00:00:00Z` : text)
    if (!Number.isNaN(time.getTime())) return time.toISOString()
  }
  throw new SottoError('usage', `--${option} is no time`, {
    hint: `write --${option} 2026-11-24, 2026-11-24T08:00:00Z, or a time span: 90m, 24h, 7d`,
  })
}
