/** `sotto secret unshare NAME` */
import { shown, SottoError } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { confirmBreaking, usesOf } from './uses.ts'

export async function unshareSecret(call: Call): Promise<undefined> {
  const { input, print, ask } = call
  const api = await call.api()
  const secret = await api.describeSecret({ secret: input.argument('NAME'), scope: 'workspace' })
  const uses = await usesOf(api, { secret: secret.id })
  const effect = 'which will not resolve for others any more'
  if (!(await confirmBreaking(call, uses, { secret, verb: 'Unshare', effect, always: false })))
    throw new SottoError('interrupted', 'nothing was taken back')
  ask.done()
  const taken = await api.unshareSecret({ secret: secret.id })
  await print.changed(taken, [
    `took secret ${shown(taken.name)} back (scope user, version ${String(taken.version)}): only you see it`,
    'whoever has read a value may have kept it: change it at its origin if that matters',
  ])
}
