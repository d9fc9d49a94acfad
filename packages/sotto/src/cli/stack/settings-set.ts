/** `sotto stack settings set STACK --TYPE.ATTRIBUTE=VALUE...` */
import { isComponentType, shown, SottoError } from '@sotto/sdk/model'
import type { Api, AttributeType, Json, Stack } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { attributeValue } from '../component/attribute-value.ts'

export async function setSettings(call: Call): Promise<undefined> {
  const { input, print } = call
  if (input.attributes.length === 0)
    throw new SottoError('usage', 'no setting is given', {
      hint: `sotto stack settings set ${input.argument('STACK')} --TYPE.ATTRIBUTE=VALUE`,
    })
  const api = await call.api()
  const stack = await api.describeStack({ stack: input.argument('STACK') })
  const types = new AttributeTypes(api, stack)
  const settings: [string, Json][] = []
  const remove: string[] = []
  for (const { name, text } of input.attributes) {
    if (text === 'null') remove.push(name)
    else settings.push([name, attributeValue(await types.of(name), text)])
  }
  const updated = await api.updateStackSettings({ stack: stack.id, settings: Object.fromEntries(settings), remove })
  const words = [...settings.map(([name]) => `wrote ${name}`), ...remove.map((name) => `removed ${name}`)]
  await print.changed(updated, [`settings of stack ${shown(updated.name)}: ${words.join(', ')}`])
}

/** Types of attributes as the flavors of the stack's components declare them. */
class AttributeTypes {
  readonly #api: Api
  readonly #stack: Stack
  readonly #known = new Map<string, ReadonlyMap<string, AttributeType>>()

  constructor(api: Api, stack: Stack) {
    this.#api = api
    this.#stack = stack
  }

  /** `undefined` where the stack has no such component, or its flavor no such attribute. */
  async of(setting: string): Promise<AttributeType | undefined> {
    const at = setting.indexOf('.')
    const type = setting.slice(0, at)
    if (at === -1 || !isComponentType(type)) return undefined
    const component = this.#stack.components[type]
    if (component === undefined) return undefined
    let types = this.#known.get(type)
    if (types === undefined) {
      const { flavor } = await this.#api.describeComponent({ type, component })
      const { attributes } = await this.#api.describeFlavor({ type, flavor })
      types = new Map(attributes.map((attribute) => [attribute.name, attribute.type]))
      this.#known.set(type, types)
    }
    return types.get(setting.slice(at + 1))
  }
}
