/** `sotto token list` */
import { everyItem } from '@sotto/sdk/model'
import type { Token, TokenQuery } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { shortTime } from '../print/time.ts'

export async function listTokens(call: Call): Promise<undefined> {
  const { input, print, context } = call
  const api = await call.api()
  const query: TokenQuery = { principal: input.text('for'), all: input.flag('all') ? true : undefined, limit: 1000 }
  const items: Token[] = []
  for await (const token of everyItem((page: TokenQuery) => api.listTokens(page), query)) items.push(token)
  await print.result({ items }, () => ({
    columns: ['ID', 'NAME', 'OF', 'WORKSPACE', 'MADE', 'STATE'],
    rows: items.map((token) => [
      token.id,
      token.name,
      token.principal,
      token.workspace ?? 'every',
      shortTime(token.createdAt),
      stateOf(token, context.now()),
    ]),
  }))
}

function stateOf({ revokedAt, expiresAt }: Token, now: Date): string {
  if (revokedAt !== undefined) return `revoked ${shortTime(revokedAt)}`
  return `${Date.parse(expiresAt) <= now.getTime() ? 'expired' : 'until'} ${shortTime(expiresAt)}`
}
