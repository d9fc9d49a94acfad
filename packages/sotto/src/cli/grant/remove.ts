/** `sotto grant remove ROLE|RIGHT --from PRINCIPAL` */
import { shown } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { grantOf, grantWords } from './granted.ts'

export async function removeGrant(call: Call): Promise<undefined> {
  const wanted = grantOf(call.input, 'from')
  const api = await call.api()
  const grant = await api.removeGrant(wanted)
  await call.print.changed(grant, [`${shown(grant.principal)} no longer has ${grantWords(grant)}`])
}
