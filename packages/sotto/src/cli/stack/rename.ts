/** `sotto stack rename STACK NEW` */
import { shown } from '@sotto/sdk/model'
import type { Call } from '../command.ts'

export async function renameStack(call: Call): Promise<undefined> {
  const api = await call.api()
  const stack = await api.renameStack({ stack: call.input.argument('STACK'), newName: call.input.argument('NEW') })
  await call.print.changed(stack, [`renamed stack ${shown(call.input.argument('STACK'))} to ${shown(stack.name)}`])
}
