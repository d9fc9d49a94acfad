/** `sotto TYPE rename NAME NEW` */
import { shown } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { typeOf } from './component-type.ts'
import { componentName } from './component-words.ts'

export async function renameComponent(call: Call): Promise<undefined> {
  const api = await call.api()
  const component = await api.renameComponent({
    type: typeOf(call),
    component: call.input.argument('NAME'),
    newName: call.input.argument('NEW'),
  })
  await call.print.changed(component, [`renamed ${shown(call.input.argument('NAME'))} to ${componentName(component)}`])
}
