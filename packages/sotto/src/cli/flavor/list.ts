/** `sotto flavor list [TYPE]` */
import type { Call } from '../command.ts'
import { requireComponentType } from './flavor-type.ts'

export async function listFlavors(call: Call): Promise<undefined> {
  const type = call.input.optionalArgument('TYPE')
  const wanted = type === undefined ? undefined : requireComponentType(type)
  const api = await call.api()
  const answer = await api.listFlavors({ type: wanted })
  await call.print.result(answer, () => ({
    columns: ['TYPE', 'FLAVOR', 'FROM', 'ABOUT'],
    rows: answer.flavors.map((flavor) => [
      flavor.type,
      flavor.name,
      flavor.builtIn ? 'Sotto' : 'you',
      flavor.description,
    ]),
  }))
}
