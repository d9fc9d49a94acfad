/** `sotto stack describe [STACK]` */
import { componentTypes } from '@sotto/sdk/model'
import type { Stack } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import type { Facts } from '../print/table.ts'
import { shortTime } from '../print/time.ts'

export async function describeStack(call: Call): Promise<undefined> {
  const api = await call.api()
  const stack = await api.describeStack({ stack: call.input.optionalArgument('STACK') })
  await call.print.result(stack, () => stackFacts(stack))
}

export function stackFacts(stack: Stack): Facts {
  const labels = Object.entries(stack.labels).map(([label, value]) => `${label}=${value}`)
  const settings = Object.entries(stack.settings)
  return {
    facts: [
      ['name', stack.name],
      ['active', stack.active ? 'yes' : 'no'],
      ...componentTypes.flatMap((type) =>
        stack.components[type] === undefined ? [] : [[type, stack.components[type]] as const],
      ),
      ...(stack.description === '' ? [] : [['description', stack.description] as const]),
      ...(labels.length === 0 ? [] : [['labels', labels.join(', ')] as const]),
      ['author', stack.author],
      ['created', shortTime(stack.createdAt)],
      ['updated', shortTime(stack.updatedAt)],
      ['id', stack.id],
    ],
    table: {
      columns: ['SETTING', 'VALUE'],
      rows: settings.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
    },
  }
}
