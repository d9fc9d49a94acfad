// A stack with a component that refers to many keys, each reference in an attribute of its own.

import type { Api, SecretValue } from '@sotto/sdk/model'

export interface ManyReferences {
  readonly secrets: number
  readonly keysPerSecret: number
}

export function text(data: string): SecretValue {
  return { encoding: 'utf8', data }
}

/** Makes the secrets (`secret_0` with `key_0` and so on) and the stack `bench`, whose check finds nothing wrong. */
export async function makeManyReferences(api: Api, { secrets, keysPerSecret }: ManyReferences): Promise<void> {
  const type = 'data-validator'
  const keys = Array.from({ length: keysPerSecret }, (_, index) => `key_${index}`)
  const attributes: [string, string][] = []
  for (let secret = 0; secret < secrets; secret++) {
    const name = `secret_${secret}`
    await api.createSecret({ name, values: Object.fromEntries(keys.map((key) => [key, text(`value of ${name}`)])) })
    for (const key of keys) attributes.push([`attribute_${attributes.length}`, `{{${name}.${key}}}`])
  }
  await api.registerFlavor({
    type,
    name: 'bench',
    description: '',
    attributes: attributes.map(([name]) => ({ name, type: 'string', required: 'no', secret: false, description: '' })),
  })
  await api.registerComponent({ type, name: 'bench', flavor: 'bench', attributes: Object.fromEntries(attributes) })
  await api.registerStack({ name: 'bench', from: 'default', components: { [type]: 'bench' } })
}
