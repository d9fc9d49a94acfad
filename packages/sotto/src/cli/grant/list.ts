/** `sotto grant list` */
import { everyItem } from '@sotto/sdk/model'
import type { Grant, GrantQuery } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { shortTime } from '../print/time.ts'

export async function listGrants(call: Call): Promise<undefined> {
  const { input, print } = call
  const api = await call.api()
  const query: GrantQuery = { principal: input.text('of'), limit: 1000 }
  const items: Grant[] = []
  for await (const grant of everyItem((page: GrantQuery) => api.listGrants(page), query)) items.push(grant)
  await print.result({ items }, () => ({
    columns: ['PRINCIPAL', 'HAS', 'ON', 'WHERE', 'SINCE', 'BY'],
    rows: items.map(({ principal, grant, kind, name, everywhere, createdAt, createdBy }) => [
      principal,
      grant,
      kind === undefined ? name : `${kind}:${name}`,
      everywhere ? 'everywhere' : 'this workspace',
      shortTime(createdAt),
      createdBy,
    ]),
  }))
}
