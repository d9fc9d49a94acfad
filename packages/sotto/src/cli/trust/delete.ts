/** `sotto trust delete NAME` */
import { shown, SottoError } from '@sotto/sdk/model'
import type { Call } from '../command.ts'

export async function deleteTrust(call: Call): Promise<undefined> {
  const { input, print, ask } = call
  const name = input.argument('NAME')
  const api = await call.api()
  if (!(await ask.confirm(`Delete trust ${shown(name)} and sign out what came by it?`)))
    throw new SottoError('interrupted', 'nothing was deleted')
  ask.done()
  const deleted = await api.deleteTrust({ trust: name })
  await print.changed(deleted, [`deleted trust ${shown(deleted.name)}; the tokens that it gave are void`])
}
