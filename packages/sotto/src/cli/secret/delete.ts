/** `sotto secret delete NAME` */
import { shown, SottoError } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { scopeOf } from './scope.ts'
import { confirmBreaking, usesOf } from './uses.ts'

export async function deleteSecret(call: Call): Promise<undefined> {
  const { input, print, ask } = call
  const api = await call.api()
  const secret = await api.describeSecret({ secret: input.argument('NAME'), scope: scopeOf(input) })
  // From here on by id: what was shown is what goes.
  const uses = await usesOf(api, { secret: secret.id })
  if (!(await confirmBreaking(call, uses, { secret, verb: 'Delete', always: true })))
    throw new SottoError('interrupted', 'nothing was deleted')
  ask.done()
  const deleted = await api.deleteSecret({ secret: secret.id })
  await print.changed(deleted, [
    `deleted secret ${shown(deleted.name)} (scope ${deleted.scope}): ${deleted.keys.map(({ name }) => name).join(', ')}`,
  ])
}
