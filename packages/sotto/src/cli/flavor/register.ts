/** `sotto flavor register TYPE FLAVOR [--attribute NAME[:FACT]...]...` */
import { attributeTypes, nearest, shown, SottoError } from '@sotto/sdk/model'
import type { AttributeType, FlavorAttribute } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { attributeValue } from '../component/attribute-value.ts'
import { requireComponentType } from './flavor-type.ts'

export async function registerFlavor(call: Call): Promise<undefined> {
  const { input } = call
  const type = requireComponentType(input.argument('TYPE'))
  const attributes = input.list('attribute').map(parseAttribute)
  const api = await call.api()
  const flavor = await api.registerFlavor({
    type,
    name: input.argument('FLAVOR'),
    description: input.text('description') ?? '',
    attributes,
  })
  const names = flavor.attributes.map(({ name }) => name).join(', ')
  await call.print.changed(flavor, [
    `registered flavor ${shown(flavor.name)} of ${flavor.type}${names === '' ? '' : `: ${names}`}`,
  ])
}

/** `port:number:secret:required=run:default=6565`; the default is the last fact, since it may hold colons. Code: `usage`. */
export function parseAttribute(text: string): FlavorAttribute {
  const [head, preset] = splitOnce(text, ':default=')
  const [name = '', ...facts] = head.split(':')
  let type: AttributeType = 'string'
  let required: FlavorAttribute['required'] = 'no'
  let secret = false
  for (const fact of facts) {
    const found = attributeTypes.find((known) => known === fact)
    if (found !== undefined) type = found
    else if (fact === 'secret') secret = true
    else if (fact === 'required' || fact === 'required=register') required = 'register'
    else if (fact === 'required=run') required = 'run'
    else throw unknownFact(name, fact)
  }
  return {
    name,
    type,
    required,
    secret,
    description: '',
    ...(preset === undefined ? {} : { default: attributeValue(type, preset) }),
  }
}

function splitOnce(text: string, separator: string): readonly [string, string?] {
  const at = text.indexOf(separator)
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + separator.length)]
}

function unknownFact(name: string, fact: string): SottoError {
  const facts = [...attributeTypes, 'secret', 'required', 'required=run', 'default=']
  return new SottoError('usage', `attribute ${shown(name)}: ${shown(fact)} is not known`, {
    hint: `use ${nearest(fact, facts) ?? facts.join(', ')}`,
  })
}
