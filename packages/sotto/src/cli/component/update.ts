/** `sotto TYPE update NAME --ATTRIBUTE=VALUE...` */
import { SottoError } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { parseLabels } from '../parse/parse-labels.ts'
import { attributeValues } from './attribute-value.ts'
import { typeOf } from './component-type.ts'
import { tellWrite } from './component-words.ts'

export async function updateComponent(call: Call): Promise<undefined> {
  const { input } = call
  const type = typeOf(call)
  const labels = parseLabels(input.list('label'))
  const description = input.text('description')
  if (input.attributes.length === 0 && labels === undefined && description === undefined) {
    throw new SottoError('usage', 'nothing to change is given', {
      hint: `sotto ${type} update ${input.argument('NAME')} --ATTRIBUTE=VALUE`,
    })
  }
  const api = await call.api()
  const component = await api.describeComponent({ type, component: input.argument('NAME') })
  const flavor = await api.describeFlavor({ type, flavor: component.flavor })
  const write = await api.updateComponent({
    type,
    component: component.id,
    attributes: input.attributes.length === 0 ? undefined : attributeValues(flavor, input.attributes),
    description,
    labels,
    allowPlaintext: input.flag('allow-plaintext'),
  })
  return tellWrite(call, 'updated', write)
}
