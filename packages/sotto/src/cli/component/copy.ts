/** `sotto TYPE copy NAME NEW` */
import type { Call } from '../command.ts'
import { typeOf } from './component-type.ts'
import { tellWrite } from './component-words.ts'

export async function copyComponent(call: Call): Promise<undefined> {
  const api = await call.api()
  const write = await api.copyComponent({
    type: typeOf(call),
    component: call.input.argument('NAME'),
    newName: call.input.argument('NEW'),
  })
  return tellWrite(call, 'registered', write)
}
