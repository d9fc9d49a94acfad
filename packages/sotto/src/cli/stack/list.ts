/** `sotto stack list` */
import { everyItem } from '@sotto/sdk/model'
import type { PageQuery, Stack } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { componentsOf } from './stack-words.ts'

export async function listStacks(call: Call): Promise<undefined> {
  const api = await call.api()
  const items: Stack[] = []
  for await (const stack of everyItem((query: PageQuery) => api.listStacks(query), {})) items.push(stack)
  await call.print.result({ items }, () => ({
    columns: ['ACTIVE', 'NAME', 'COMPONENTS'],
    rows: items.map((stack) => [stack.active ? '*' : '', stack.name, componentsOf(stack)]),
  }))
}
