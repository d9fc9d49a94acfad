/** `sotto secret rename NAME NEW` */
import { shown, SottoError } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { scopeOf } from './scope.ts'
import { confirmBreaking, usesOf } from './uses.ts'

export async function renameSecret(call: Call): Promise<undefined> {
  const { input, print, ask } = call
  const api = await call.api()
  const secret = await api.describeSecret({ secret: input.argument('NAME'), scope: scopeOf(input) })
  const uses = await usesOf(api, { secret: secret.id })
  if (!(await confirmBreaking(call, uses, { secret, verb: 'Rename', always: false })))
    throw new SottoError('interrupted', 'nothing was renamed')
  ask.done()
  const renamed = await api.renameSecret({ secret: secret.id, newName: input.argument('NEW') })
  await print.changed(renamed, [
    `renamed secret ${shown(secret.name)} to ${shown(renamed.name)} (scope ${renamed.scope}, version ${String(renamed.version)})`,
  ])
}
