/** `sotto stack copy STACK NEW` */
import type { Call } from '../command.ts'
import { tellStack } from './stack-words.ts'

export async function copyStack(call: Call): Promise<undefined> {
  const api = await call.api()
  const stack = await api.copyStack({ stack: call.input.argument('STACK'), newName: call.input.argument('NEW') })
  return tellStack(call, 'registered', stack)
}
