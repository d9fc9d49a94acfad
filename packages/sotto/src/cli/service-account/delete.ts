/** `sotto service-account delete NAME` */
import { shown, SottoError } from '@sotto/sdk/model'
import type { Call } from '../command.ts'

export async function deleteServiceAccount(call: Call): Promise<undefined> {
  const { input, print, ask } = call
  const api = await call.api()
  const account = await api.describePrincipal({ principal: input.argument('NAME') })
  if (!(await ask.confirm(`Delete service account ${shown(account.name)} and revoke its tokens?`)))
    throw new SottoError('interrupted', 'nothing was deleted')
  ask.done()
  const deleted = await api.deleteServiceAccount({ principal: account.id })
  await print.changed(deleted, [`deleted service account ${shown(deleted.name)}; its tokens are void`])
}
