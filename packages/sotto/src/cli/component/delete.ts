/** `sotto TYPE delete NAME` */
import { SottoError } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { typeOf } from './component-type.ts'
import { componentName } from './component-words.ts'

/** On a terminal it asks. A component in a stack is refused by the service with `in_use`. */
export async function deleteComponent(call: Call): Promise<undefined> {
  const api = await call.api()
  const type = typeOf(call)
  const found = await api.describeComponent({ type, component: call.input.argument('NAME') })
  if (call.ask.canAsk && !(await call.ask.confirm(`Delete ${componentName(found)}?`)))
    throw new SottoError('interrupted', 'nothing was deleted')
  call.ask.done()
  const deleted = await api.deleteComponent({ type, component: found.id })
  await call.print.changed(deleted, [`deleted ${componentName(deleted)}`])
}
