/** `sotto flavor describe TYPE FLAVOR` */
import type { FlavorAttribute } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { requireComponentType } from './flavor-type.ts'

export async function describeFlavor(call: Call): Promise<undefined> {
  const type = requireComponentType(call.input.argument('TYPE'))
  const api = await call.api()
  const flavor = await api.describeFlavor({ type, flavor: call.input.argument('FLAVOR') })
  await call.print.result(flavor, () => ({
    facts: [
      ['type', flavor.type],
      ['name', flavor.name],
      ...(flavor.description === '' ? [] : [['description', flavor.description] as const]),
    ],
    table: {
      columns: ['ATTRIBUTE', 'TYPE', 'NEEDED', 'SECRET', 'DEFAULT', 'ABOUT'],
      rows: flavor.attributes.map(rowOf),
    },
  }))
}

function rowOf({ name, type, required, secret, default: preset, description }: FlavorAttribute): readonly string[] {
  const needed = { no: '', register: 'always', run: 'for a run' }[required]
  return [name, type, needed, secret ? 'yes' : '', preset === undefined ? '' : JSON.stringify(preset), description]
}
