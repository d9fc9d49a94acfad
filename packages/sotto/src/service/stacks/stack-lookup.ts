/** Finds and describes stacks. One that the caller may not describe is not found. */
import { SottoError, componentTypes, isId, requireName, shown } from '@sotto/sdk/model'
import type { ComponentType, Flavor, Id, Json, Right, Stack } from '@sotto/sdk/model'
import { componentTable } from '../../store/components.ts'
import type { ComponentRow } from '../../store/components.ts'
import { stackTable } from '../../store/stacks.ts'
import type { StackRow } from '../../store/stacks.ts'
import { preferenceTable } from '../../store/workspaces.ts'
import type { AccessObject } from '../access.ts'
import type { Call } from '../call.ts'
import { componentTypeOf } from './component-lookup.ts'
import { Conditions } from '../conditions.ts'
import { activeStack, defaultStack } from '../first-use.ts'
import { findFlavor } from './flavors.ts'
import { readLabels } from '../labels.ts'
import { listBatch } from '../row-batches.ts'
import { principalName } from '../secrets/secret-description.ts'
import { maskedSetting } from './setting.ts'
import { suggestion } from '../suggestion.ts'
import { timeText } from '../time.ts'

/** Ids of a stack's components by type, as the row keeps them. */
export type Members = { readonly [type in ComponentType]?: Id }
/** Settings as the row keeps them: each with the id of who wrote it last. */
export type StoredSettings = { readonly [name: string]: { readonly value: Json; readonly author: Id } }

/** Among how many names the nearest one is looked for. */
const mostCandidates = 500

/** The stack by id or exact name; without a text, the active one. Throws `stack_not_found`, `forbidden`. */
export async function getStack(call: Call, text: string | undefined, right?: Right): Promise<StackRow> {
  call.ask(text === undefined ? 'the active stack' : `stack ${text}`)
  const row = text === undefined ? await findActiveStack(call) : await findStack(call, text)
  const visible = call.may({ kind: 'stack', name: row?.name ?? text ?? '' }, 'describe')
  if (row === undefined || !visible) throw await stackNotFound(call, text)
  call.ask(`stack ${row.name}`)
  call.require(stackAccess(row), right)
  return row
}

async function findStack(call: Call, text: string): Promise<StackRow | undefined> {
  return isId(text)
    ? call.rows.find(stackTable, 'workspace_id = $1 AND id = $2', [call.workspaceId, text.toLowerCase()])
    : findStackByName(call, requireName('stack', text))
}

/** For the question whether a name is free; no rights are looked at. */
export function findStackByName(call: Call, name: string): Promise<StackRow | undefined> {
  return call.rows.find(stackTable, 'workspace_id = $1 AND name = $2', [call.workspaceId, name])
}

/** The stack that the caller chose; one who has chosen none, or whose choice was deleted, works on `default`. */
export async function findActiveStack(call: Call): Promise<StackRow | undefined> {
  const preference = await call.rows.find(preferenceTable, 'workspace_id = $1 AND principal_id = $2 AND name = $3', [
    call.workspaceId,
    call.principal.id,
    activeStack,
  ])
  const chosen = preference && (await findStack(call, preference.value))
  return chosen ?? findStackByName(call, defaultStack)
}

function stackAccess({ name }: Pick<StackRow, 'name'>): AccessObject {
  return { kind: 'stack', name }
}

export function storedMembers(row: StackRow): Members {
  return JSON.parse(row.components) as Members // canonical JSON, kept by the row's HMAC
}

export function storedSettings(row: StackRow): StoredSettings {
  return JSON.parse(row.settings) as StoredSettings // as in storedMembers
}

/** The stack's components by type, in the order of types. Throws `row_altered` where one was taken away. */
export async function loadMembers(call: Call, row: StackRow): Promise<ReadonlyMap<ComponentType, ComponentRow>> {
  const members = storedMembers(row)
  const rows = await listBatch(call.rows, componentTable, { column: 'id', values: Object.values(members) })
  const byId = new Map(rows.map((component) => [component.id, component]))
  const loaded = new Map<ComponentType, ComponentRow>()
  for (const type of componentTypes) {
    const id = members[type]
    if (id === undefined) continue
    const component = byId.get(id)
    if (component === undefined || component.type !== type) throw brokenMember(row, type)
    loaded.set(type, component)
  }
  return loaded
}

/** The flavors of components by type. */
export async function loadFlavors(
  call: Call,
  members: ReadonlyMap<ComponentType, ComponentRow>,
): Promise<ReadonlyMap<ComponentType, Flavor>> {
  const flavors = new Map<ComponentType, Flavor>()
  for (const [type, component] of members) {
    const flavor = await findFlavor(call, componentTypeOf(component), component.flavor)
    if (flavor === undefined) throw missingFlavor(component)
    flavors.set(type, flavor)
  }
  return flavors
}

/** The stack as it is shown: secrets in clear as `***`. */
export async function describeStackRow(call: Call, row: StackRow, activeId?: Id): Promise<Stack> {
  const members = await loadMembers(call, row)
  const settings = Object.entries(storedSettings(row))
  const flavors = settings.length === 0 ? new Map<ComponentType, Flavor>() : await loadFlavors(call, members)
  return {
    id: row.id,
    name: row.name,
    active: row.id === (activeId ?? (await findActiveStack(call))?.id),
    components: Object.fromEntries([...members].map(([type, component]) => [type, component.name])),
    settings: Object.fromEntries(settings.map(([name, { value }]) => [name, maskedSetting(name, value, flavors)])),
    description: row.description,
    labels: readLabels(row.labels),
    author: await principalName(call, row.author),
    createdAt: timeText(row.created_at),
    updatedAt: timeText(row.updated_at),
  }
}

async function stackNotFound(call: Call, text: string | undefined): Promise<SottoError> {
  if (text === undefined) return new SottoError('stack_not_found', 'there is no active stack')
  const conditions = new Conditions()
  conditions.equals('workspace_id', call.workspaceId)
  conditions.named('name', call.access.names('describe', 'stack'))
  const clauses = `${conditions.where} ORDER BY name LIMIT ${String(mostCandidates)}`
  const names = (await call.rows.list(stackTable, clauses, conditions.params)).map(({ name }) => name)
  return new SottoError('stack_not_found', `there is no stack ${shown(text)}${suggestion(text, names)}`, {
    details: { stack: text },
  })
}

function brokenMember(row: StackRow, type: ComponentType): SottoError {
  return new SottoError('row_altered', `the ${type} of stack ${shown(row.name)} was removed outside of Sotto`, {
    hint: 'find out who can write the database; restore a backup',
    details: { table: 'component', id: storedMembers(row)[type] ?? '' },
  })
}

/** A custom flavor is never deleted, so it was taken away, or this program is older than the one that wrote the component. */
function missingFlavor({ type, name, flavor }: ComponentRow): SottoError {
  return new SottoError('flavor_not_found', `${type} ${name} has the flavor ${shown(flavor)}, which is not there`, {
    hint: `sotto flavor list ${type}`,
  })
}
