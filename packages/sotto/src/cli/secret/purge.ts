/** `sotto secret purge NAME`: removes what was deleted, before its time is over. */
import { everyItem, isId, shown, SottoError } from '@sotto/sdk/model'
import type { Api, SecretDescription } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { shortTime } from '../print/time.ts'
import { scopeOf } from './scope.ts'

/** All deleted secrets of the name, or the one of the id: who wants a name gone wants none of it left. */
export async function purgeSecrets(call: Call): Promise<undefined> {
  const { input, print, ask } = call
  const api = await call.api()
  const name = input.argument('NAME')
  const found = await deletedSecrets(call, api, name)
  // Says what is missing, or that it has to be deleted first.
  if (found.length === 0) throw await notDeleted(call, api, name)
  for (const secret of found) print.say(lineOf(secret))
  const versions = found.reduce((sum, { version }) => sum + version, 0)
  const what = `${found.length === 1 ? 'this secret' : `these ${String(found.length)} secrets`} for good, ${count(versions)}`
  if (!(await ask.confirm(`Purge ${what}?`))) throw new SottoError('interrupted', 'nothing was purged')
  ask.done()
  const purged: SecretDescription[] = []
  for (const { id } of found) purged.push(await api.purgeSecret({ secret: id }))
  await print.changed(
    { purged },
    purged.map(({ name: each, scope }) => `purged secret ${shown(each)} (scope ${scope})`),
  )
}

async function deletedSecrets({ input }: Call, api: Api, name: string): Promise<readonly SecretDescription[]> {
  const query = { deleted: true, scope: scopeOf(input), ...(isId(name) ? {} : { name }) }
  const found: SecretDescription[] = []
  for await (const secret of everyItem((page) => api.listSecrets({ ...query, ...page }), {}))
    if (!isId(name) || secret.id === name.toLowerCase()) found.push(secret)
  return found
}

async function notDeleted({ input }: Call, api: Api, name: string): Promise<SottoError> {
  const live = await api.describeSecret({ secret: name, scope: scopeOf(input) }).catch(() => undefined)
  return new SottoError('secret_not_found', `there is no deleted secret ${shown(name)}`, {
    hint: live === undefined ? 'sotto secret list --deleted' : `delete it first: sotto secret delete ${name}`,
  })
}

function lineOf({ name, scope, version, deletedAt, id }: SecretDescription): string {
  const when = deletedAt === undefined ? '' : `, deleted ${shortTime(deletedAt)}`
  return `  ${name} (scope ${scope}, version ${String(version)}${when}, id ${id})`
}

function count(versions: number): string {
  return versions === 1 ? 'its one version' : `with ${String(versions)} versions`
}
