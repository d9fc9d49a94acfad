/** `sotto keys rotate` */
import type { Call } from '../command.ts'
import { olderKeyLines } from './key-words.ts'

export async function rotateKeys(call: Call): Promise<undefined> {
  const api = await call.api()
  // Of two that rotate at the same moment one is told, instead of making two keys.
  const { generation } = await api.describeKeys({})
  const rotated = await api.rotateKeys({ expectGeneration: generation })
  const active = rotated.dataKeys.find(({ state }) => state === 'active')
  await call.print.changed(rotated, [
    `new values are sealed under key ${active?.id ?? ''}`,
    ...olderKeyLines(rotated.dataKeys),
  ])
}
