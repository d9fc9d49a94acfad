/** Settings of a stack. */
import { shown } from '@sotto/sdk/model'
import type { Stack, StackSettingsUpdate } from '@sotto/sdk/model'
import { collectReferences } from '@sotto/sdk/references'
import { canonicalJson } from '../../store/canonical-json.ts'
import { stackTable } from '../../store/stacks.ts'
import type { StackRow } from '../../store/stacks.ts'
import { requireSound } from './attributes.ts'
import type { Call } from '../call.ts'
import { indexReferences } from '../references/references-index.ts'
import type { AuthoredReference } from '../references/references-index.ts'
import { settingProblem } from './setting.ts'
import { describeStackRow, getStack, loadFlavors, loadMembers, storedSettings } from './stack-lookup.ts'
import { suggestion } from '../suggestion.ts'

/**
 * Writes settings, each of which then has the caller as its author, and removes others. Throws `stack_not_found`,
 * `attribute_invalid` for all that do not fit, `reference_malformed`.
 */
export async function updateStackSettings(call: Call, input: StackSettingsUpdate): Promise<Stack> {
  const { settings: given = {}, remove = [] } = input
  const present = await getStack(call, input.stack)
  const before = storedSettings(present)
  const flavors = await loadFlavors(call, await loadMembers(call, present))
  const problems = remove.flatMap((name) => {
    if (Object.hasOwn(given, name)) return [`setting ${shown(name)} is both written and removed`]
    return Object.hasOwn(before, name)
      ? []
      : [`setting ${shown(name)} cannot be removed: it is not set${suggestion(name, Object.keys(before))}`]
  })
  const unfit = Object.entries(given).flatMap(([name, value]) => settingProblem(name, value, flavors) ?? [])
  requireSound(given, [...problems, ...unfit], `sotto stack describe ${present.name}`)
  const author = call.principal.id
  const row: StackRow = {
    ...present,
    settings: canonicalJson(
      Object.fromEntries([
        ...Object.entries(before).filter(([name]) => !remove.includes(name)),
        ...Object.entries(given).map(([name, value]) => [name, { value, author }] as const),
      ]),
    ),
    updated_at: call.nowMs,
  }
  await call.rows.update(stackTable, row)
  await indexSettings(call, row)
  call.event({
    object: `stack ${row.name}`,
    objectId: row.id,
    detail: { written: Object.keys(given), removed: remove },
  })
  return describeStackRow(call, row)
}

/** Writes the stack's part of the index of references. */
export async function indexSettings(call: Call, row: StackRow): Promise<void> {
  const references = Object.entries(storedSettings(row)).flatMap(([name, { value, author }]) =>
    collectReferences(value, name).map((reference): AuthoredReference => ({ ...reference, author })),
  )
  await indexReferences(call, { kind: 'stack', id: row.id }, references)
}
