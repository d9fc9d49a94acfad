/** `sotto stack active` */
import type { Call } from '../command.ts'
import { stackFacts } from './describe.ts'

export async function activeStack(call: Call): Promise<undefined> {
  const api = await call.api()
  const stack = await api.describeStack({})
  if (call.print.format === 'value') call.print.write(`${stack.name}\n`)
  else await call.print.result(stack, () => stackFacts(stack))
}
