/** `sotto secret list` */
import { everyItem, secretSorts } from '@sotto/sdk/model'
import type { SecretDescription, SecretQuery, TimeRange } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { parseLabels } from '../parse/parse-labels.ts'
import { parseTime } from '../parse/parse-time.ts'
import { shortTime } from '../print/time.ts'
import { scopeOf } from './scope.ts'

export async function listSecrets(call: Call): Promise<undefined> {
  const { input, print } = call
  const query = queryOf(call)
  const api = await call.api()
  const limit = input.integer('limit') ?? Infinity
  const items: SecretDescription[] = []
  let more = false
  for await (const secret of everyItem((page: SecretQuery) => api.listSecrets(page), query)) {
    more = items.length >= limit
    if (more) break
    items.push(secret)
  }
  await print.result({ items }, () => ({
    columns: ['NAME', 'SCOPE', 'VERSION', 'KEYS', 'UPDATED'],
    rows: items.map((secret) => [
      secret.name,
      secret.scope,
      String(secret.version),
      secret.keys.map(({ name }) => name).join(', '),
      shortTime(secret.updatedAt),
    ]),
  }))
  if (more) print.say(`there are more than ${String(limit)}; raise --limit to see them`)
  if (items.length === 0 && print.format === 'table')
    print.say('no secret matches; make one: sotto secret create NAME --KEY=@FILE')
}

function queryOf({ input, context }: Call): SecretQuery {
  const name = input.text('name')
  const isPrefix = name?.endsWith('*') === true
  const time = (option: string): string | undefined => {
    const text = input.text(option)
    return text === undefined ? undefined : parseTime(option, text, context.now())
  }
  const sort = input.text('sort')
  const limit = input.integer('limit')
  return {
    name: isPrefix ? undefined : name,
    namePrefix: isPrefix ? name.slice(0, -1) : undefined,
    nameContains: input.text('contains'),
    scope: scopeOf(input),
    key: input.text('key'),
    labels: parseLabels(input.list('label')),
    created: range(time('created-after'), time('created-before')),
    updated: range(time('updated-after'), time('updated-before')),
    sort: secretSorts.find((known) => known === sort),
    // One more than asked for tells whether there are more.
    limit: limit === undefined ? 1000 : Math.min(1000, limit + 1),
  }
}

function range(from: string | undefined, until: string | undefined): TimeRange | undefined {
  return from === undefined && until === undefined ? undefined : { from, until }
}
