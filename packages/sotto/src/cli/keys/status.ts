/** `sotto keys status` */
import type { KeysDescription, KeySlot } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { shortTime } from '../print/time.ts'
import { valueCount } from './key-words.ts'

export async function keysStatus(call: Call): Promise<undefined> {
  const { print } = call
  const api = await call.api()
  const keys = await api.describeKeys({})
  await print.result(keys, () => ({
    facts: [
      ['root key', keys.rootKey],
      ...keys.slots.map((slot) => [`${slot.role} slot`, slotText(slot)] as const),
      ['generation', String(keys.generation)],
      ['audit fingerprint', keys.auditFingerprint],
    ],
    table: {
      columns: ['DATA KEY', 'STATE', 'VALUES', 'MADE', 'RETIRED'],
      rows: keys.dataKeys.map(({ id, state, values, createdAt, retiredAt }) => [
        id,
        state,
        String(values),
        shortTime(createdAt),
        retiredAt === undefined ? '' : shortTime(retiredAt),
      ]),
    },
  }))
  if (print.format === 'table') for (const line of remarks(keys)) print.say(line)
}

function slotText({ kind, rootKeyId, service }: KeySlot): string {
  const root = `${kind}, root key ${rootKeyId}`
  return service === undefined ? root : `${root}, wrapped by ${service}`
}

/** What may be done next. */
function remarks({ dataKeys, slots, formerKeyFiles }: KeysDescription): readonly string[] {
  const lines: string[] = []
  for (const { id, state, values } of dataKeys) {
    if (state !== 'previous') continue
    lines.push(
      values > 0
        ? `${valueCount(values)} still under key ${id}; next: sotto keys rewrap`
        : `nothing lies under key ${id}; next: sotto keys retire ${id}`,
    )
  }
  if (!slots.some(({ role }) => role === 'recovery'))
    lines.push('there is no recovery code: without the root key nobody opens the store; next: sotto keys recovery')
  for (const path of formerKeyFiles)
    lines.push(`${path} holds a root key that does not open this store: remove it when no backup needs it`)
  return lines
}
