/** Operations on flavors: the built-in ones, which are part of the program, and those that a workspace registered. */
import { SottoError, componentTypes, requireName, shown } from '@sotto/sdk/model'
import type { ComponentType, Flavor, FlavorAttribute, Json } from '@sotto/sdk/model'
import { canonicalJson } from '../../store/canonical-json.ts'
import { flavorTable } from '../../store/components.ts'
import type { FlavorRow } from '../../store/components.ts'
import type { Call } from '../call.ts'
import { requireComponentType } from './component-type.ts'
import type { Handlers } from '../door.ts'
import { requireFlavor } from './flavor-input.ts'
import { suggestion } from '../suggestion.ts'

export const flavorHandlers: Handlers<'registerFlavor' | 'describeFlavor' | 'listFlavors'> = {
  registerFlavor: async (call, input) => {
    requireFlavor(input)
    const { type, name, description, attributes } = input
    call.ask(`flavor ${type} ${name}`)
    call.require({ kind: 'component', name })
    if ((await findFlavor(call, type, name)) !== undefined) {
      throw new SottoError('flavor_exists', `${type} has a flavor ${shown(name)} already`, {
        hint: `choose another name; sotto flavor describe ${type} ${name}`,
      })
    }
    const row: FlavorRow = {
      id: call.newId(),
      workspace_id: call.workspaceId,
      type,
      name,
      description,
      attributes: canonicalJson(attributes.map(declaration)),
      author: call.principal.id,
      created_at: call.nowMs,
    }
    await call.rows.insert(flavorTable, row)
    const names = attributes.map((attribute) => attribute.name)
    call.event({ object: `flavor ${type} ${name}`, objectId: row.id, detail: { attributes: names } })
    return describeFlavorRow(row)
  },

  describeFlavor: async (call, { type, flavor }) => {
    requireComponentType(type)
    requireName('flavor', flavor)
    call.ask(`flavor ${type} ${flavor}`)
    const found = call.may({ kind: 'component', name: flavor }) ? await findFlavor(call, type, flavor) : undefined
    return found ?? (await refuseFlavor(call, type, flavor))
  },

  listFlavors: async (call, { type }) => {
    call.ask('flavors')
    call.visibleNames('component')
    return { flavors: await listFlavors(call, type === undefined ? undefined : requireComponentType(type)) }
  },
}

/** The flavor of that type and exact name, or `undefined`. No rights are looked at. */
export async function findFlavor(call: Call, type: ComponentType, name: string): Promise<Flavor | undefined> {
  const builtIn = call.parts.flavors.find((flavor) => flavor.type === type && flavor.name === name)
  if (builtIn !== undefined) return builtIn
  const row = await call.rows.find(flavorTable, 'workspace_id = $1 AND type = $2 AND name = $3', [
    call.workspaceId,
    type,
    name,
  ])
  return row && describeFlavorRow(row)
}

/** As `findFlavor`; throws `flavor_not_found` with the nearest name. */
export async function getFlavor(call: Call, type: ComponentType, name: string): Promise<Flavor> {
  return (await findFlavor(call, type, requireName('flavor', name))) ?? refuseFlavor(call, type, name)
}

async function refuseFlavor(call: Call, type: ComponentType, name: string): Promise<never> {
  const visible = (await listFlavors(call, type)).map((flavor) => flavor.name)
  throw new SottoError('flavor_not_found', `${type} has no flavor ${shown(name)}${suggestion(name, visible)}`, {
    hint: visible.length === 0 ? `sotto flavor register ${type} ${name}` : `sotto flavor list ${type}`,
    details: { type, flavor: name },
  })
}

/** Those that the caller may describe, built-in ones always, in the order of types, then names; never in pages. */
async function listFlavors(call: Call, type: ComponentType | undefined): Promise<readonly Flavor[]> {
  const rows = await call.rows.list(flavorTable, 'WHERE workspace_id = $1', [call.workspaceId])
  const custom = rows.filter(({ name }) => call.may({ kind: 'component', name }, 'describe'))
  const flavors = [...call.parts.flavors, ...custom.map(describeFlavorRow)]
  return flavors
    .filter((flavor) => type === undefined || flavor.type === type)
    .toSorted((a, b) => order(a) - order(b) || (a.name < b.name ? -1 : 1))
}

function order({ type }: Flavor): number {
  return componentTypes.indexOf(type)
}

function describeFlavorRow(row: FlavorRow): Flavor {
  return {
    type: row.type as ComponentType, // under the row's HMAC: written by registerFlavor
    name: row.name,
    builtIn: false,
    description: row.description,
    attributes: JSON.parse(row.attributes) as FlavorAttribute[], // likewise
  }
}

/** The members of a declaration and nothing else that came along. */
function declaration({ name, type, required, secret, description, default: preset }: FlavorAttribute): Json {
  return { name, type, required, secret, description, ...(preset === undefined ? {} : { default: preset }) }
}
