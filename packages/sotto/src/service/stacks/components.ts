/**
 * Operations on components. Their attributes are kept as written: references are parsed here, so that a malformed one is
 * refused where it is written, and resolved only for a run.
 *
 * The author decides which secrets the references may reach. So it is whoever wrote the attributes last; a rename, a
 * label or a copy, which nobody makes in order to vouch for a text, leaves it.
 */
import { SottoError, requireName, shown } from '@sotto/sdk/model'
import type { ComponentUpdate, ComponentWrite, Flavor, JsonObject } from '@sotto/sdk/model'
import { collectReferences } from '@sotto/sdk/references'
import { canonicalJson } from '../../store/canonical-json.ts'
import { componentTable } from '../../store/components.ts'
import type { ComponentRow } from '../../store/components.ts'
import { attributeInvalid, attributesByName, requireAttributes } from './attributes.ts'
import type { Call } from '../call.ts'
import { clearTextWarnings } from '../clear-text.ts'
import {
  componentTitle,
  componentTypeOf,
  describeComponentRow,
  findComponentByName,
  getComponent,
  storedAttributes,
} from './component-lookup.ts'
import { requireComponentType } from './component-type.ts'
import { Conditions } from '../conditions.ts'
import { pageLimit, pageStart, toPage } from '../cursor.ts'
import type { Handlers } from '../door.ts'
import { getFlavor } from './flavors.ts'
import { mergeLabels, requireDescription } from '../labels.ts'
import { indexReferences, removeReferences } from '../references/references-index.ts'
import { suggestion } from '../suggestion.ts'

type ComponentOperation =
  | 'registerComponent'
  | 'updateComponent'
  | 'copyComponent'
  | 'renameComponent'
  | 'deleteComponent'
  | 'describeComponent'
  | 'listComponents'

export const componentHandlers: Handlers<ComponentOperation> = {
  registerComponent: async (call, input) => {
    const { type, name, attributes, allowPlaintext } = input
    requireComponentType(type)
    requireName('component', name)
    call.ask(componentTitle(input))
    call.require({ kind: 'component', name })
    const flavor = await getFlavor(call, type, input.flavor)
    requireAttributes(flavor, attributes)
    const row: ComponentRow = {
      id: call.newId(),
      workspace_id: call.workspaceId,
      type,
      name,
      flavor: flavor.name,
      attributes: canonicalJson(attributes),
      description: requireDescription(input.description ?? ''),
      labels: mergeLabels('{}', input.labels),
      author: call.principal.id,
      created_at: call.nowMs,
      updated_at: call.nowMs,
    }
    await insertComponent(call, row, { flavor: flavor.name, attributes: Object.keys(attributes) })
    return answerWrite(call, row, warningsOf(flavor, attributes, allowPlaintext))
  },

  updateComponent,

  copyComponent: async (call, input) => {
    requireName('component', input.newName)
    const original = await getComponent(call, input, 'describe')
    call.ask(componentTitle({ type: input.type, name: input.newName }))
    call.require({ kind: 'component', name: input.newName })
    const row: ComponentRow = {
      ...original,
      id: call.newId(),
      name: input.newName,
      created_at: call.nowMs,
      updated_at: call.nowMs,
    }
    await insertComponent(call, row, { from: original.name })
    const flavor = await getFlavor(call, componentTypeOf(row), row.flavor)
    return answerWrite(call, row, warningsOf(flavor, storedAttributes(row), false))
  },

  renameComponent: async (call, input) => {
    requireName('component', input.newName)
    const present = await getComponent(call, input)
    call.ask(componentTitle({ type: input.type, name: input.newName }))
    call.require({ kind: 'component', name: input.newName })
    const taken = await findComponentByName(call, present.type, input.newName)
    if (taken !== undefined && taken.id !== present.id) throw componentExists(taken)
    const row: ComponentRow = { ...present, name: input.newName, updated_at: call.nowMs }
    await call.rows.update(componentTable, row)
    call.event({ object: componentTitle(present), objectId: row.id, detail: { newName: row.name } })
    return describeComponentRow(call, row)
  },

  deleteComponent: async (call, input) => {
    const row = await getComponent(call, input)
    await requireUnused(call, row)
    const deleted = await describeComponentRow(call, row)
    await removeReferences(call, row.id)
    await call.rows.delete(componentTable, row)
    call.event({ object: componentTitle(row), objectId: row.id })
    return deleted
  },

  describeComponent: async (call, input) => describeComponentRow(call, await getComponent(call, input)),

  listComponents: async (call, query) => {
    call.ask('components')
    const conditions = new Conditions()
    conditions.named('name', call.visibleNames('component'))
    conditions.equals('workspace_id', call.workspaceId)
    conditions.equals('type', query.type === undefined ? undefined : requireComponentType(query.type))
    conditions.equals('flavor', query.flavor)
    conditions.behind(['type', 'name'], 'ascending', pageStart(call, query))
    const clauses = `${conditions.where} ORDER BY type, name LIMIT ${String(pageLimit(query) + 1)}`
    return toPage(call, query, {
      rows: await call.rows.list(componentTable, clauses, conditions.params),
      positionOf: (row) => [row.type, row.name],
      describe: (row) => describeComponentRow(call, row),
    })
  },
}

async function updateComponent(call: Call, input: ComponentUpdate): Promise<ComponentWrite> {
  const present = await getComponent(call, input)
  const flavor = await getFlavor(call, componentTypeOf(present), present.flavor)
  const given = input.attributes ?? {}
  const attributes = changedAttributes(flavor, storedAttributes(present), input)
  const references = requireAttributes(flavor, attributes)
  const row: ComponentRow = {
    ...present,
    attributes: canonicalJson(attributes),
    description: requireDescription(input.description ?? present.description),
    labels: mergeLabels(present.labels, input.labels),
    author: writesAttributes(input) ? call.principal.id : present.author,
    updated_at: call.nowMs,
  }
  await call.rows.update(componentTable, row)
  const authored = references.map((reference) => ({ ...reference, author: row.author }))
  await indexReferences(call, { kind: 'component', id: row.id }, authored)
  call.event({
    object: componentTitle(row),
    objectId: row.id,
    detail: { written: Object.keys(given), removed: input.remove ?? [] },
  })
  return answerWrite(call, row, warningsOf(flavor, given, input.allowPlaintext))
}

function writesAttributes({ attributes, remove }: ComponentUpdate): boolean {
  return attributes !== undefined || remove !== undefined
}

/** The attributes that the component is to have. A name that cannot be removed is refused with `attribute_invalid`. */
function changedAttributes(
  flavor: Flavor,
  present: JsonObject,
  { attributes: given = {}, remove = [] }: ComponentUpdate,
): JsonObject {
  const problems = remove.flatMap((name) => {
    if (Object.hasOwn(given, name)) return [`${shown(name)} is both written and removed`]
    return Object.hasOwn(present, name)
      ? []
      : [`${shown(name)} cannot be removed: it is not set${suggestion(name, Object.keys(present))}`]
  })
  if (problems.length > 0) throw attributeInvalid(problems, `sotto ${flavor.type} describe NAME shows what is set`)
  const kept = Object.entries(present).filter(([name]) => !remove.includes(name))
  return Object.fromEntries([...kept, ...Object.entries(given)])
}

async function insertComponent(
  call: Call,
  row: ComponentRow,
  detail: { readonly [name: string]: string | readonly string[] },
): Promise<void> {
  const taken = await findComponentByName(call, row.type, row.name)
  if (taken !== undefined) throw componentExists(taken)
  await call.rows.insert(componentTable, row)
  const references = collectReferences(storedAttributes(row), '')
  await indexReferences(
    call,
    { kind: 'component', id: row.id },
    references.map((reference) => ({ ...reference, author: row.author })),
  )
  call.event({ object: componentTitle(row), objectId: row.id, detail })
}

/** Refuses with `in_use` while a stack has it, and names the stacks that the caller may describe. */
async function requireUnused(call: Call, row: ComponentRow): Promise<void> {
  const stacks = await call.tx.all(
    'SELECT stack.name FROM stack_component JOIN stack ON stack.id = stack_id WHERE component_id = $1 ORDER BY stack.name',
    [row.id],
  )
  if (stacks.length === 0) return
  const names = stacks.map(({ name }) => String(name)).filter((name) => call.may({ kind: 'stack', name }, 'describe'))
  const which = names.length === 0 ? 'a stack' : `stack ${names.map(shown).join(', ')}`
  throw new SottoError('in_use', `${componentTitle(row)} is in use by ${which}`, {
    hint: `give the stack another one first: sotto stack update ${names[0] ?? 'STACK'} --${row.type}=OTHER`,
    details: { stacks: names },
  })
}

function warningsOf(flavor: Flavor, given: JsonObject, allowPlaintext: boolean | undefined): readonly string[] {
  return allowPlaintext === true ? [] : clearTextWarnings(given, attributesByName(flavor))
}

async function answerWrite(call: Call, row: ComponentRow, warnings: readonly string[]): Promise<ComponentWrite> {
  return { component: await describeComponentRow(call, row), warnings }
}

function componentExists({ type, name }: ComponentRow): SottoError {
  return new SottoError('component_exists', `${type} ${shown(name)} is already there`, {
    hint: `change it with sotto ${type} update ${name}, or choose another name`,
    details: { type, component: name },
  })
}
