/** Times cross the Api as RFC 3339 in UTC with milliseconds; rows keep milliseconds. */
import { SottoError, shown } from '@sotto/sdk/model'

/** `2026-01-31T12:00:00.000Z`. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString()
}

/** Milliseconds of an RFC 3339 time; another text is refused with `input_invalid`. `what` names it in the message. */
export function parseTime(what: string, text: string): number {
  const rfc3339 = /^\d{4}-\d\d-\d\d([Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d))?$/
  const ms = rfc3339.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(ms)) {
    throw new SottoError('input_invalid', `${what} ${shown(text)} is not a time`, {
      hint: 'write 2026-01-31 or 2026-01-31T12:00:00Z',
    })
  }
  return ms
}
