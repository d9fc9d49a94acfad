/** `sotto secret history NAME`: its versions, by names of keys. */
import { everyItem } from '@sotto/sdk/model'
import type { SecretVersion } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { shortTime } from '../print/time.ts'
import { scopeOf } from './scope.ts'

export async function showHistory(call: Call): Promise<undefined> {
  const { input, print } = call
  const api = await call.api()
  const selector = { secret: input.argument('NAME'), scope: scopeOf(input) }
  const items: SecretVersion[] = []
  for await (const version of everyItem((query) => api.listSecretVersions({ ...selector, ...query }), {}))
    items.push(version)
  await print.result({ items }, () => ({
    columns: ['VERSION', 'CREATED', 'BY', 'CHANGES'],
    rows: items.map((version) => [
      String(version.version),
      shortTime(version.createdAt),
      version.createdBy,
      changesOf(version),
    ]),
  }))
}

/** `+ added`, `~ changed`, `- removed` */
function changesOf({ added, changed, removed }: SecretVersion): string {
  return [
    ...added.map((key) => `+${key}`),
    ...changed.map((key) => `~${key}`),
    ...removed.map((key) => `-${key}`),
  ].join(' ')
}
