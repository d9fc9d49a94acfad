/** `sotto TYPE list` */
import { everyItem } from '@sotto/sdk/model'
import type { Component } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { shortTime } from '../print/time.ts'
import { typeOf } from './component-type.ts'

export async function listComponents(call: Call): Promise<undefined> {
  const api = await call.api()
  const type = typeOf(call)
  const items: Component[] = []
  for await (const item of everyItem(
    (query) => api.listComponents({ type, flavor: call.input.text('flavor'), ...query }),
    {},
  ))
    items.push(item)
  await call.print.result({ items }, () => ({
    columns: ['NAME', 'FLAVOR', 'ATTRIBUTES', 'UPDATED'],
    rows: items.map((item) => [
      item.name,
      item.flavor,
      Object.keys(item.attributes).join(', '),
      shortTime(item.updatedAt),
    ]),
  }))
  if (items.length === 0 && call.print.format === 'table')
    call.print.say(`none; make one: sotto ${type} register NAME --flavor=FLAVOR`)
}
