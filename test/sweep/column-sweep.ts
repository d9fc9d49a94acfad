/** Tries every change of every column of some tables, and says what each must lead to. */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { strike, withDatabase } from './attack.ts'
import { applyChange, changesOf, classifyColumns } from './columns.ts'
import type { ColumnChange } from './columns.ts'
import { judge } from './verdict.ts'
import { makeTarget, question } from './target.ts'

/**
 * Answers that may differ without an error, each time because a row is no longer found under what it was: as if it had
 * been deleted, which nothing but `audit verify` tells.
 */
const finding: { readonly [guard: string]: readonly string[] } = {
  protected: [
    'access_grant.principal_id',
    'access_grant.workspace_id',
    'acceptance.principal_id',
    'acceptance.object_id',
    'artifact.attempt_id',
    'attempt.run_id',
    'component.workspace_id',
    'flavor.workspace_id',
    'preference.workspace_id',
    'preference.principal_id',
    'preference.name',
    'principal.id',
    'principal.kind',
    'principal.name',
    'principal.workspace_id',
    'principal.deleted_at',
    'run.workspace_id',
    'secret.workspace_id',
    'secret.scope_owner',
    'secret.name',
    'secret.labels',
    'secret.version_id',
    'secret.deleted_at',
    'secret_read.attempt_id',
    'secret_version.secret_id',
    'stack.id',
    'stack.workspace_id',
    'token.principal_id',
    'trust.workspace_id',
  ],
  // A filter by key asks the index of keys which secrets to load.
  sealed: ['secret_value.version_id', 'secret_value.key'],
  chained: [],
  free: [],
}

/** Lists that show what they find unchecked, and nothing else. */
const showing: { readonly [guard: string]: readonly string[] } = {
  protected: ['listSecretUses'],
  sealed: [],
  chained: ['listAudit'],
  free: ['listSecretUses'],
}

export interface SweepCounts {
  readonly columns: number
  readonly changes: number
}

export async function sweepColumns(t: TestContext, wanted: (table: string) => boolean): Promise<SweepCounts> {
  const target = await makeTarget()
  t.after(target.remove)
  const { columns, changes } = withDatabase(target.world.path, (db) => {
    const columns = classifyColumns(db).filter(({ table }) => wanted(table))
    return { columns, changes: columns.flatMap((column) => changesOf(db, column)) }
  })
  for (const [index, change] of changes.entries()) {
    const name = nameOf(change)
    strike(target, (db) => applyChange(db, change))
    const report = await question(target, { changes: index % 3 === 0 })
    const { noticed, differing, released, crashes } = judge(target, report)
    assert.deepEqual(released, [], `${name} released`)
    assert.deepEqual(crashes, [], `${name} crashed`)
    const silent = differing.filter((operation) => !showing[change.guard]?.includes(operation))
    const isFinding = finding[change.guard]?.includes(`${change.table}.${change.column}`) === true
    assert.ok(silent.length === 0 || isFinding, `${name} changed the answers of ${silent.join(', ')}`)
    if (change.guard === 'free') continue
    assert.ok(noticed, `${name} was not noticed`)
    if (change.guard === 'sealed') continue
    assert.notEqual(report.verified, 'authenticated', `audit verify did not notice ${name}`)
    if (!isOverwritten(change))
      assert.notEqual(report.verifiedAfterChange, 'authenticated', `a later change covered up ${name}`)
  }
  return { columns: columns.length, changes: changes.length }
}

/** A preference is replaced without a look at the one before: then it is what its owner has just chosen. */
function isOverwritten({ table }: ColumnChange): boolean {
  return table === 'preference'
}

function nameOf({ table, column, rowId, name }: ColumnChange): string {
  return `${table}.${column} of row ${String(rowId)}: ${name}`
}

/** Tables of secrets and their keys; the others are swept beside them, by another process. */
export function isOfSecrets(table: string): boolean {
  return ['secret', 'secret_version', 'secret_value', 'secret_read', 'keyring', 'component', 'stack'].includes(table)
}
