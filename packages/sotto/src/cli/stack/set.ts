/** `sotto stack set STACK` */
import { shown } from '@sotto/sdk/model'
import type { Call } from '../command.ts'

export async function setStack(call: Call): Promise<undefined> {
  const api = await call.api()
  const stack = await api.activateStack({ stack: call.input.argument('STACK') })
  await call.print.changed(stack, [`stack ${shown(stack.name)} is active`])
}
