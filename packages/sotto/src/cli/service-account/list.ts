/** `sotto service-account list` */
import { everyItem } from '@sotto/sdk/model'
import type { Principal, PrincipalQuery } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { shortTime } from '../print/time.ts'

export async function listServiceAccounts(call: Call): Promise<undefined> {
  const { print } = call
  const api = await call.api()
  const query: PrincipalQuery = { kind: 'service-account', limit: 1000 }
  const items: Principal[] = []
  for await (const account of everyItem((page: PrincipalQuery) => api.listPrincipals(page), query)) items.push(account)
  await print.result({ items }, () => ({
    columns: ['NAME', 'STATE', 'MADE', 'ABOUT'],
    rows: items.map(({ name, disabledAt, createdAt, description }) => [
      name,
      disabledAt === undefined ? 'active' : 'disabled',
      shortTime(createdAt),
      description,
    ]),
  }))
  if (print.format === 'table' && items.length === 0)
    print.say('there is none; make one: sotto service-account create NAME')
}
