/** `sotto secret describe NAME`: everything but the values, and what uses it. */
import type { Call } from '../command.ts'
import { shortTime } from '../print/time.ts'
import { expiryText } from './expiry-text.ts'
import { scopeOf } from './scope.ts'
import { usesOf } from './uses.ts'

export async function describeSecret(call: Call): Promise<undefined> {
  const { input, print } = call
  const api = await call.api()
  const secret = await api.describeSecret({ secret: input.argument('NAME'), scope: scopeOf(input) })
  const uses = print.format === 'table' ? await usesOf(api, { secret: secret.id }) : []
  const labels = Object.entries(secret.labels).map(([label, value]) => `${label}=${value}`)
  await print.result(secret, () => ({
    facts: [
      ['name', secret.name],
      ['scope', secret.scope],
      ['owner', secret.owner],
      ['version', String(secret.version)],
      ...(secret.description === '' ? [] : [['description', secret.description] as const]),
      ...(labels.length === 0 ? [] : [['labels', labels.join(', ')] as const]),
      ['created', shortTime(secret.createdAt)],
      ['updated', shortTime(secret.updatedAt)],
      ...(secret.expiresAt === undefined ? [] : [['expires', expiryText(secret, call.context.now())] as const]),
      ['id', secret.id],
      ['used by', uses.length === 0 ? 'nothing' : uses.map(({ object, path }) => `${object} ${path}`).join(', ')],
    ],
    table: {
      columns: ['KEY', 'HOLDS', 'MASKED'],
      rows: secret.keys.map(({ name, encoding, plain }) => [
        name,
        encoding === 'utf8' ? 'text' : 'bytes',
        plain ? 'no, plain' : 'yes',
      ]),
    },
  }))
}
