/** `sotto token revoke ID` */
import { shown } from '@sotto/sdk/model'
import type { Call } from '../command.ts'

export async function revokeToken(call: Call): Promise<undefined> {
  const api = await call.api()
  const token = await api.revokeToken({ token: call.input.argument('ID') })
  await call.print.changed(token, [
    `token ${shown(token.name)} of ${shown(token.principal)} is void from the next call on, and so are tokens made with it`,
  ])
}
