/** The filters that `audit list` and `audit tail` share. */
import type { AuditQuery } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { parseTime } from '../parse/parse-time.ts'

export function auditFilters({ input, context }: Call): AuditQuery {
  const time = (option: string): string | undefined => {
    const text = input.text(option)
    return text === undefined ? undefined : parseTime(option, text, context.now())
  }
  const range = { from: time('since'), until: time('until') }
  const outcome = input.text('outcome')
  return {
    principal: input.text('who'),
    operation: input.text('what'),
    outcome: outcome === 'done' || outcome === 'refused' ? outcome : undefined,
    object: input.text('object'),
    run: input.text('run'),
    time: range.from === undefined && range.until === undefined ? undefined : range,
  }
}
