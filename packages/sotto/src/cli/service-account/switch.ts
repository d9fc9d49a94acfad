/** `sotto service-account disable NAME` and `enable NAME` */
import { shown } from '@sotto/sdk/model'
import type { Call } from '../command.ts'

export async function disableServiceAccount(call: Call): Promise<undefined> {
  const api = await call.api()
  const account = await api.updateServiceAccount({ principal: call.input.argument('NAME'), disabled: true })
  await call.print.changed(account, [`${shown(account.name)} is disabled: no token of it is good`])
}

export async function enableServiceAccount(call: Call): Promise<undefined> {
  const api = await call.api()
  const account = await api.updateServiceAccount({ principal: call.input.argument('NAME'), disabled: false })
  await call.print.changed(account, [`${shown(account.name)} may act again`])
}
