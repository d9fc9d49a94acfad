/** `sotto TYPE remove-attribute NAME ATTRIBUTE...` */
import type { Call } from '../command.ts'
import { typeOf } from './component-type.ts'
import { tellWrite } from './component-words.ts'

export async function removeAttribute(call: Call): Promise<undefined> {
  const api = await call.api()
  const write = await api.updateComponent({
    type: typeOf(call),
    component: call.input.argument('NAME'),
    remove: call.input.manyArguments('ATTRIBUTE'),
  })
  return tellWrite(call, 'updated', write)
}
