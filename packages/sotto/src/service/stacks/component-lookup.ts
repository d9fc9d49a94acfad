/** Finds and describes components. One that the caller may not describe is not found. */
import { SottoError, isId, requireName, shown } from '@sotto/sdk/model'
import type { Component, ComponentSelector, ComponentType, JsonObject, Right } from '@sotto/sdk/model'
import { componentTable } from '../../store/components.ts'
import type { ComponentRow } from '../../store/components.ts'
import type { AccessObject } from '../access.ts'
import { attributesByName } from './attributes.ts'
import type { Call } from '../call.ts'
import { maskedAttributes } from '../clear-text.ts'
import { Conditions } from '../conditions.ts'
import { requireComponentType } from './component-type.ts'
import { getFlavor } from './flavors.ts'
import { readLabels } from '../labels.ts'
import { principalName } from '../secrets/secret-description.ts'
import { suggestion } from '../suggestion.ts'
import { timeText } from '../time.ts'

/** Among how many names the nearest one is looked for. */
const mostCandidates = 500

/** The component, by id or exact name. Throws `component_not_found` with the nearest name, and `forbidden`. */
export async function getComponent(
  call: Call,
  { type, component: text }: ComponentSelector,
  right?: Right,
): Promise<ComponentRow> {
  requireComponentType(type)
  call.ask(`${type} ${text}`)
  const [column, value] = isId(text) ? ['id', text.toLowerCase()] : ['name', requireName('component', text)]
  const row = await call.rows.find(componentTable, `workspace_id = $1 AND type = $2 AND ${column} = $3`, [
    call.workspaceId,
    type,
    value,
  ])
  const visible = call.may({ kind: 'component', name: row?.name ?? text }, 'describe')
  if (row === undefined || !visible) throw await componentNotFound(call, type, text)
  call.require(componentAccess(row), right)
  return row
}

/** The component of that type and exact name, for the question whether a name is free; no rights are looked at. */
export function findComponentByName(call: Call, type: string, name: string): Promise<ComponentRow | undefined> {
  return call.rows.find(componentTable, 'workspace_id = $1 AND type = $2 AND name = $3', [call.workspaceId, type, name])
}

export function componentAccess({ name }: Pick<ComponentRow, 'name'>): AccessObject {
  return { kind: 'component', name }
}

/** `experiment-tracker mlflow`: how events, checks and messages name it. */
export function componentTitle({ type, name }: Pick<ComponentRow, 'type' | 'name'>): string {
  return `${type} ${name}`
}

export function componentTypeOf({ type }: Pick<ComponentRow, 'type'>): ComponentType {
  return type as ComponentType // under the row's HMAC: checked when it was written
}

/** Attributes of a row, as they were written. They leave only through `describeComponentRow` and a resolution. */
export function storedAttributes(row: ComponentRow): JsonObject {
  return JSON.parse(row.attributes) as JsonObject // canonical JSON of an object, kept by the row's HMAC
}

/** The component as it is shown: secrets in clear as `***`. */
export async function describeComponentRow(call: Call, row: ComponentRow): Promise<Component> {
  const type = componentTypeOf(row)
  const declared = attributesByName(await getFlavor(call, type, row.flavor))
  return {
    id: row.id,
    type,
    name: row.name,
    flavor: row.flavor,
    attributes: maskedAttributes(storedAttributes(row), declared),
    description: row.description,
    labels: readLabels(row.labels),
    author: await principalName(call, row.author),
    createdAt: timeText(row.created_at),
    updatedAt: timeText(row.updated_at),
  }
}

/** What is thrown where it is not there, or may not be described. */
export async function componentNotFound(call: Call, type: ComponentType, text: string): Promise<SottoError> {
  const conditions = new Conditions()
  conditions.add('workspace_id = ? AND type = ?', call.workspaceId, type)
  conditions.named('name', call.access.names('describe', 'component'))
  const clauses = `${conditions.where} ORDER BY name LIMIT ${String(mostCandidates)}`
  const names = (await call.rows.list(componentTable, clauses, conditions.params)).map(({ name }) => name)
  return new SottoError('component_not_found', `there is no ${type} ${shown(text)}${suggestion(text, names)}`, {
    hint: names.length === 0 ? `sotto ${type} register ${text} --flavor=FLAVOR` : `sotto ${type} list`,
    details: { type, component: text },
  })
}
