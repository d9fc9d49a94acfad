/** `sotto secret list` */
import { everyItem, secretSorts } from '@sotto/sdk/model'
import type { SecretDescription, SecretQuery, TimeRange } from '@sotto/sdk/model'
import type { Table } from '../print/table.ts'
import type { Call } from '../command.ts'
import { parseLabels } from '../parse/parse-labels.ts'
import { parseTime } from '../parse/parse-time.ts'
import { shortTime } from '../print/time.ts'
import { expiryText } from './expiry-text.ts'
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
  await print.result({ items }, () => tableOf(items, { deleted: query.deleted === true, now: call.context.now() }))
  if (more) print.say(`there are more than ${String(limit)}; raise --limit to see them`)
  if (print.format !== 'table') return
  if (query.deleted === true) {
    print.say(items.length === 0 ? 'no deleted secret matches' : 'bring one back: sotto secret undelete NAME|ID')
  } else if (items.length === 0) print.say('no secret matches; make one: sotto secret create NAME --KEY=@FILE')
}

/** Expiry has a column where any of them has one. */
function tableOf(items: readonly SecretDescription[], { deleted, now }: { deleted: boolean; now: Date }): Table {
  const expires = !deleted && items.some(({ expiresAt }) => expiresAt !== undefined)
  return {
    columns: [
      'NAME',
      'SCOPE',
      'VERSION',
      'KEYS',
      ...(deleted ? ['DELETED', 'ID'] : ['UPDATED']),
      ...(expires ? ['EXPIRES'] : []),
    ],
    rows: items.map((secret) => [
      secret.name,
      secret.scope,
      String(secret.version),
      secret.keys.map(({ name }) => name).join(', '),
      ...(deleted ? [shortTime(secret.deletedAt ?? ''), secret.id] : [shortTime(secret.updatedAt)]),
      ...(expires ? [expiryText(secret, now)] : []),
    ]),
  }
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
    deleted: input.flag('deleted') ? true : undefined,
    sort: secretSorts.find((known) => known === sort),
    // One more than asked for tells whether there are more.
    limit: limit === undefined ? 1000 : Math.min(1000, limit + 1),
  }
}

function range(from: string | undefined, until: string | undefined): TimeRange | undefined {
  return from === undefined && until === undefined ? undefined : { from, until }
}
