/** `sotto grant add ROLE|RIGHT --to PRINCIPAL` */
import { shown } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { grantOf, grantWords } from './granted.ts'

export async function addGrant(call: Call): Promise<undefined> {
  const wanted = grantOf(call.input, 'to')
  const api = await call.api()
  const grant = await api.addGrant(wanted)
  await call.print.changed(grant, [`${shown(grant.principal)} has ${grantWords(grant)}`])
}
