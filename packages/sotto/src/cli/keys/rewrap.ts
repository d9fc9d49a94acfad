/** `sotto keys rewrap`: exit code 1 when a value did not open. */
import type { Call } from '../command.ts'
import { olderKeyLines, valueCount } from './key-words.ts'
import { rewrapAll } from './rewrap-values.ts'

export async function rewrapKeys(call: Call): Promise<number> {
  const { print } = call
  const api = await call.api()
  const total = await rewrapAll(call, api)
  const { dataKeys } = await api.describeKeys({})
  const done = dataKeys.filter(({ state, values }) => state === 'previous' && values === 0)
  await print.changed({ ...total, dataKeys }, [
    `${valueCount(total.rewrapped)} sealed anew`,
    ...olderKeyLines(dataKeys),
    ...done.map(({ id }) => `0 values still under key ${id}; next: sotto keys retire ${id}`),
  ])
  for (const place of total.unreadable) print.warn(`a value does not open and stays as it is: ${place}`)
  return total.unreadable.length === 0 ? 0 : 1
}
