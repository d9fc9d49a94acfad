/**
 * Operations on stacks. A row names its components by id, so that a renamed one stays in its stacks. The author of a
 * stack is whoever changed its membership last; each setting has an author of its own, and keeps it when the stack is
 * copied or renamed: that is not done in order to vouch for a text.
 */
import { SottoError, componentTypes, requireName, shown } from '@sotto/sdk/model'
import type { ComponentType, Id, Stack, StackComponents } from '@sotto/sdk/model'
import { canonicalJson } from '../../store/canonical-json.ts'
import { stackComponentTable, stackTable } from '../../store/stacks.ts'
import type { StackRow } from '../../store/stacks.ts'
import { preferenceTable } from '../../store/workspaces.ts'
import { attributeInvalid } from './attributes.ts'
import type { Call } from '../call.ts'
import { getComponent } from './component-lookup.ts'
import { requireComponentType } from './component-type.ts'
import { Conditions } from '../conditions.ts'
import { pageLimit, pageStart, toPage } from '../cursor.ts'
import type { Handlers } from '../door.ts'
import { activeStack, defaultStack } from '../first-use.ts'
import { mergeLabels, requireDescription } from '../labels.ts'
import { removeReferences } from '../references/references-index.ts'
import { parseOverride, settingProblem } from './setting.ts'
import {
  describeStackRow,
  findActiveStack,
  findStackByName,
  getStack,
  loadFlavors,
  loadMembers,
  storedMembers,
  storedSettings,
} from './stack-lookup.ts'
import type { Members, StoredSettings } from './stack-lookup.ts'
import { indexSettings, updateStackSettings } from './stack-settings.ts'

type StackOperation =
  | 'registerStack'
  | 'updateStack'
  | 'copyStack'
  | 'renameStack'
  | 'deleteStack'
  | 'describeStack'
  | 'listStacks'
  | 'activateStack'
  | 'updateStackSettings'

/** Without these nothing runs. */
const neededTypes: readonly ComponentType[] = ['orchestrator', 'artifact-store']

export const stackHandlers: Handlers<StackOperation> = {
  registerStack: async (call, input) => {
    requireName('stack', input.name)
    const from = input.from === undefined ? undefined : await getStack(call, input.from, 'describe')
    requireMayWrite(call, input.name)
    const given = await findMembers(call, input.components)
    const members: Members = { ...(from && storedMembers(from)), ...given }
    requireComplete(members)
    return insertStack(call, {
      name: input.name,
      members,
      settings: from === undefined ? {} : settingsBeside(storedSettings(from), given),
      description: requireDescription(input.description ?? ''),
      labels: mergeLabels('{}', input.labels),
      author: call.principal.id,
      from: from?.name,
    })
  },

  updateStack: async (call, input) => {
    const present = await getStack(call, input.stack)
    const { components = {}, remove = [] } = input
    const before = storedMembers(present)
    const given = await findMembers(call, components)
    requireRemovable(present, before, given, remove)
    const kept = Object.entries(before).filter(([type]) => !remove.some((removed) => removed === type))
    const members: Members = { ...Object.fromEntries(kept), ...given }
    requireComplete(members)
    const rewritten = input.components !== undefined || input.remove !== undefined
    const row: StackRow = {
      ...present,
      components: canonicalJson(members),
      description: requireDescription(input.description ?? present.description),
      labels: mergeLabels(present.labels, input.labels),
      author: rewritten ? call.principal.id : present.author,
      updated_at: call.nowMs,
    }
    await requireFitting(call, row)
    await call.rows.update(stackTable, row)
    await call.tx.run('DELETE FROM stack_component WHERE stack_id = $1', [row.id])
    await insertMembers(call, row.id, members)
    call.event({
      object: `stack ${row.name}`,
      objectId: row.id,
      detail: { written: Object.keys(given), removed: remove },
    })
    return describeStackRow(call, row)
  },

  copyStack: async (call, input) => {
    requireName('stack', input.newName)
    const from = await getStack(call, input.stack, 'describe')
    requireMayWrite(call, input.newName)
    const { description, labels, author } = from
    return insertStack(call, {
      name: input.newName,
      members: storedMembers(from),
      settings: storedSettings(from),
      description,
      labels,
      author,
      from: from.name,
    })
  },

  renameStack: async (call, input) => {
    requireName('stack', input.newName)
    const present = await getStack(call, input.stack)
    requireMayWrite(call, input.newName)
    if (present.name === defaultStack && input.newName !== defaultStack) {
      throw new SottoError(
        'in_use',
        `stack ${shown(defaultStack)} keeps its name: who has chosen no stack works on it`,
        {
          hint: `sotto stack copy ${defaultStack} ${input.newName}`,
        },
      )
    }
    await requireFree(call, input.newName, present.id)
    const row: StackRow = { ...present, name: input.newName, updated_at: call.nowMs }
    await call.rows.update(stackTable, row)
    call.event({ object: `stack ${present.name}`, objectId: row.id, detail: { newName: row.name } })
    return describeStackRow(call, row)
  },

  deleteStack: async (call, { stack }) => {
    const row = await getStack(call, stack)
    const active = (await findActiveStack(call))?.id === row.id
    if (row.name === defaultStack || active) {
      const why = row.name === defaultStack ? 'every workspace has it' : 'it is the active stack'
      throw new SottoError('in_use', `stack ${shown(row.name)} cannot be deleted: ${why}`, {
        hint:
          row.name === defaultStack
            ? 'sotto stack list'
            : `make another one active first: sotto stack set ${defaultStack}`,
      })
    }
    const deleted = await describeStackRow(call, row)
    await removeReferences(call, row.id)
    await call.rows.delete(stackTable, row)
    call.event({ object: `stack ${row.name}`, objectId: row.id })
    return deleted
  },

  describeStack: async (call, { stack }) => describeStackRow(call, await getStack(call, stack)),

  listStacks: async (call, query) => {
    call.ask('stacks')
    const conditions = new Conditions()
    conditions.named('name', call.visibleNames('stack'))
    conditions.equals('workspace_id', call.workspaceId)
    conditions.behind(['name'], 'ascending', pageStart(call, query))
    const clauses = `${conditions.where} ORDER BY name LIMIT ${String(pageLimit(query) + 1)}`
    const active = (await findActiveStack(call))?.id
    return toPage(call, query, {
      rows: await call.rows.list(stackTable, clauses, conditions.params),
      positionOf: (row) => [row.name],
      describe: (row) => describeStackRow(call, row, active),
    })
  },

  activateStack: async (call, { stack }) => {
    const row = await getStack(call, stack)
    const preference = { workspace_id: call.workspaceId, principal_id: call.principal.id, name: activeStack }
    await call.rows.delete(preferenceTable, { ...preference, value: '' })
    await call.rows.insert(preferenceTable, { ...preference, value: row.id })
    call.event({ object: `stack ${row.name}`, objectId: row.id })
    return describeStackRow(call, row, row.id)
  },

  updateStackSettings,
}

function requireMayWrite(call: Call, name: string): void {
  call.ask(`stack ${name}`)
  call.require({ kind: 'stack', name })
}

async function requireFree(call: Call, name: string, except?: Id): Promise<void> {
  const taken = await findStackByName(call, name)
  if (taken === undefined || taken.id === except) return
  throw new SottoError('stack_exists', `stack ${shown(name)} is already there`, {
    hint: `change it with sotto stack update ${name}, or choose another name`,
    details: { stack: name },
  })
}

/** Ids of the named components. Throws `component_not_found` with the nearest name. */
async function findMembers(call: Call, components: StackComponents): Promise<Members> {
  const found: [ComponentType, Id][] = []
  for (const [text, component] of Object.entries(components)) {
    const type = requireComponentType(text)
    found.push([type, (await getComponent(call, { type, component }, 'describe')).id])
  }
  return Object.fromEntries(found)
}

function requireComplete(members: Members): void {
  const missing = neededTypes.filter((type) => members[type] === undefined)
  if (missing.length === 0) return
  throw new SottoError('input_invalid', `a stack needs ${neededTypes.join(' and ')}; missing: ${missing.join(', ')}`, {
    hint: `take them from another stack with --from ${defaultStack}, or give ${missing.map((type) => `--${type}=NAME`).join(' ')}`,
    details: { missing },
  })
}

function requireRemovable(row: StackRow, before: Members, given: Members, remove: readonly string[]): void {
  const problems = remove.flatMap((text) => {
    const type = requireComponentType(text)
    if (given[type] !== undefined) return [`${type} is both given and removed`]
    return before[type] === undefined ? [`the stack has no ${type} to remove`] : []
  })
  if (problems.length > 0) {
    throw new SottoError('input_invalid', problems.join('; '), { hint: `sotto stack describe ${row.name}` })
  }
}

/** Settings of a type that is given another component were made for the one before, and are not taken over. */
function settingsBeside(settings: StoredSettings, given: Members): StoredSettings {
  const kept = Object.entries(settings).filter(([name]) => {
    const type = parseOverride(name)?.type
    return type === undefined || given[type] === undefined
  })
  return Object.fromEntries(kept)
}

/** Every setting must fit the components that the stack is to have. Throws `attribute_invalid`. */
async function requireFitting(call: Call, row: StackRow): Promise<void> {
  const settings = Object.entries(storedSettings(row))
  if (settings.length === 0) return
  const flavors = await loadFlavors(call, await loadMembers(call, row))
  const unfit = settings.flatMap(([name, { value }]) => {
    const problem = settingProblem(name, value, flavors)
    return problem === undefined ? [] : [{ name, problem }]
  })
  if (unfit.length > 0) {
    const removal = unfit.map(({ name }) => `--${name}=null`).join(' ')
    throw attributeInvalid(
      unfit.map(({ problem }) => problem),
      `remove what was set for another component first: sotto stack settings set ${row.name} ${removal}`,
    )
  }
}

interface NewStack {
  readonly name: string
  readonly members: Members
  readonly settings: StoredSettings
  readonly description: string
  readonly labels: string
  readonly author: Id
  readonly from: string | undefined
}

async function insertStack(call: Call, stack: NewStack): Promise<Stack> {
  const { name, members, settings, description, labels, author, from } = stack
  await requireFree(call, name)
  const row: StackRow = {
    id: call.newId(),
    workspace_id: call.workspaceId,
    name,
    components: canonicalJson(members),
    settings: canonicalJson(settings),
    description,
    labels,
    author,
    created_at: call.nowMs,
    updated_at: call.nowMs,
  }
  await call.rows.insert(stackTable, row)
  await insertMembers(call, row.id, members)
  await indexSettings(call, row)
  call.event({
    object: `stack ${name}`,
    objectId: row.id,
    detail: { components: Object.keys(members), ...(from === undefined ? {} : { from }) },
  })
  return describeStackRow(call, row)
}

async function insertMembers(call: Call, stackId: Id, members: Members): Promise<void> {
  for (const type of componentTypes) {
    const id = members[type]
    if (id !== undefined) await call.rows.insert(stackComponentTable, { stack_id: stackId, type, component_id: id })
  }
}
