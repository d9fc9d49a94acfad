/** `sotto TYPE register NAME --flavor=FLAVOR --ATTRIBUTE=VALUE...` */
import type { Call } from '../command.ts'
import { SottoError } from '@sotto/sdk/model'
import { parseLabels } from '../parse/parse-labels.ts'
import { attributeValues } from './attribute-value.ts'
import { typeOf } from './component-type.ts'
import { tellWrite } from './component-words.ts'

export async function registerComponent(call: Call): Promise<undefined> {
  const { input } = call
  const type = typeOf(call)
  const name = input.argument('NAME')
  const flavorName = input.text('flavor')
  if (flavorName === undefined)
    throw new SottoError('usage', '--flavor is missing', {
      hint: `sotto ${type} register ${name} --flavor=FLAVOR; sotto flavor list ${type} shows them`,
    })
  const api = await call.api()
  const flavor = await api.describeFlavor({ type, flavor: flavorName })
  const write = await api.registerComponent({
    type,
    name,
    flavor: flavorName,
    attributes: attributeValues(flavor, input.attributes),
    description: input.text('description'),
    labels: parseLabels(input.list('label')),
    allowPlaintext: input.flag('allow-plaintext'),
  })
  return tellWrite(call, 'registered', write)
}
