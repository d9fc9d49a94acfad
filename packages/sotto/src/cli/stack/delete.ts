/** `sotto stack delete STACK` */
import { shown, SottoError } from '@sotto/sdk/model'
import type { Call } from '../command.ts'

/** On a terminal it asks. The active stack is refused by the service. */
export async function deleteStack(call: Call): Promise<undefined> {
  const api = await call.api()
  const found = await api.describeStack({ stack: call.input.argument('STACK') })
  if (call.ask.canAsk && !(await call.ask.confirm(`Delete stack ${shown(found.name)}?`)))
    throw new SottoError('interrupted', 'nothing was deleted')
  call.ask.done()
  const stack = await api.deleteStack({ stack: found.id })
  await call.print.changed(stack, [`deleted stack ${shown(stack.name)}; its components stay`])
}
