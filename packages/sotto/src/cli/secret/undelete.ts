/** `sotto secret undelete NAME [--as NEW]` */
import { shown } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { scopeOf } from './scope.ts'

export async function undeleteSecret(call: Call): Promise<undefined> {
  const { input, print } = call
  const api = await call.api()
  const secret = await api.undeleteSecret({
    secret: input.argument('NAME'),
    scope: scopeOf(input),
    newName: input.text('as'),
  })
  const keys = secret.keys.map(({ name }) => name).join(', ')
  await print.changed(secret, [
    `brought back secret ${shown(secret.name)} (scope ${secret.scope}, version ${String(secret.version)}): ${keys}`,
  ])
}
