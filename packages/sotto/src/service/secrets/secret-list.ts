/** Lists of secrets, of their versions and of the places that refer to them. */
import { SottoError, requireKeyName, secretSorts, shown } from '@sotto/sdk/model'
import type {
  Page,
  PageQuery,
  ReferenceUse,
  SecretDescription,
  SecretQuery,
  SecretSelector,
  SecretVersion,
} from '@sotto/sdk/model'
import { secretTable, secretVersionTable } from '../../store/secrets.ts'
import type { SecretRow } from '../../store/secrets.ts'
import type { SqlRow } from '../../store/store.ts'
import type { Call } from '../call.ts'
import { Conditions } from '../conditions.ts'
import { addLabelConditions } from '../labels.ts'
import { getSecret, scopeOwners } from './lookup.ts'
import { pageLimit, pageStart, toPage } from '../cursor.ts'
import type { Position } from '../cursor.ts'
import { describing, principalName, versionChanges, versionKeys } from './secret-description.ts'
import { timeText } from '../time.ts'

const sortColumns = { name: 'name', created: 'created_at', updated: 'updated_at' } as const

/** Those of the workspace that the caller may describe, for `Conditions.named`. */
type Names = readonly string[] | undefined

interface Sort {
  readonly column: (typeof sortColumns)[keyof typeof sortColumns]
  readonly direction: 'ascending' | 'descending'
}

/** The secrets that the caller may describe and that pass all filters. Throws `input_invalid`. */
export async function listSecrets(call: Call, query: SecretQuery): Promise<Page<SecretDescription>> {
  call.ask('secrets')
  const names = call.visibleSecrets()
  const sort = readSort(query)
  const rows = await loadSecrets(call, {
    query,
    names,
    sort,
    after: pageStart(call, query),
    limit: pageLimit(query) + 1,
  })
  const describe = await describing(call, rows)
  return toPage(call, query, {
    rows,
    positionOf: (row) => [row[sort.column], row.id],
    describe,
  })
}

/** Each namespace is one range of an index; two ranges are read and merged, so that no foreign row is walked over. */
async function loadSecrets(
  call: Call,
  input: { query: SecretQuery; names: Names; sort: Sort; after: Position | undefined; limit: number },
): Promise<readonly SecretRow[]> {
  const { query, names, sort, after, limit } = input
  const { column, direction } = sort
  const order = direction === 'ascending' ? 'ASC' : 'DESC'
  const rows: SecretRow[] = []
  for (const owner of scopeOwners(call, query.scope)) {
    const conditions = secretConditions(call, owner, { query, names })
    conditions.behind([column, 'id'], direction, after)
    const clauses = `${conditions.where} ORDER BY ${column} ${order}, id ${order} LIMIT ${String(limit)}`
    rows.push(...(await call.rows.list(secretTable, clauses, conditions.params)))
  }
  const sign = direction === 'ascending' ? 1 : -1
  return rows.toSorted((a, b) => sign * comparePositions([a[column], a.id], [b[column], b.id])).slice(0, limit)
}

function secretConditions(
  call: Call,
  owner: string,
  { query, names }: { query: SecretQuery; names: Names },
): Conditions {
  const conditions = new Conditions()
  conditions.add('workspace_id = ? AND scope_owner = ?', call.workspaceId, owner)
  if (owner === '') conditions.named('name', names)
  conditions.add(query.deleted === true ? 'deleted_at IS NOT NULL' : 'deleted_at IS NULL')
  conditions.equals('name', query.name)
  conditions.prefix('name', query.namePrefix)
  if (query.nameContains !== undefined) conditions.add("replace(name, ?, '') <> name", query.nameContains)
  if (query.key !== undefined) {
    const exists =
      'EXISTS (SELECT 1 FROM secret_value WHERE secret_value.version_id = secret.version_id AND secret_value.key = ?)'
    conditions.add(exists, requireKeyName(query.key))
  }
  addLabelConditions(conditions, 'labels', query.labels)
  conditions.times('created_at', 'created', query.created)
  conditions.times('updated_at', 'updated', query.updated)
  return conditions
}

function readSort({ sort = 'name' }: SecretQuery): Sort {
  if (!secretSorts.includes(sort)) {
    throw new SottoError('input_invalid', `sort ${shown(sort)} is not known`, { hint: `use ${secretSorts.join(', ')}` })
  }
  const descending = sort.startsWith('-')
  const name = sort.replace('-', '') as keyof typeof sortColumns // what is left of a known sort
  return { column: sortColumns[name], direction: descending ? 'descending' : 'ascending' }
}

function comparePositions(left: Position, right: Position): number {
  for (const [index, value] of left.entries()) {
    const other = right[index] ?? ''
    if (value !== other) return value < other ? -1 : 1
  }
  return 0
}

/** Versions of a secret, newest first. */
export async function listSecretVersions(call: Call, query: SecretSelector & PageQuery): Promise<Page<SecretVersion>> {
  const secret = await getSecret(call, query)
  const conditions = new Conditions()
  conditions.equals('secret_id', secret.id)
  conditions.behind(['number'], 'descending', pageStart(call, query))
  const clauses = `${conditions.where} ORDER BY number DESC LIMIT ${String(pageLimit(query) + 1)}`
  return toPage(call, query, {
    rows: await call.rows.list(secretVersionTable, clauses, conditions.params),
    positionOf: (row) => [row.number],
    describe: async (row) => ({
      version: row.number,
      createdAt: timeText(row.created_at),
      createdBy: await principalName(call, row.author),
      keys: versionKeys(row),
      ...versionChanges(row),
    }),
  })
}

/** Where references to the secret's name are written, in components and settings of stacks. */
export async function listSecretUses(call: Call, query: SecretSelector & PageQuery): Promise<Page<ReferenceUse>> {
  const secret = await getSecret(call, query)
  const conditions = new Conditions()
  conditions.add('r.workspace_id = ? AND r.secret_name = ?', call.workspaceId, secret.name)
  addVisibleObjects(call, conditions)
  conditions.behind(['r.object_id', 'r.path', 'r.position'], 'ascending', pageStart(call, query))
  const sql = `${selectUses} ${conditions.where} ORDER BY r.object_id, r.path, r.position LIMIT ${String(pageLimit(query) + 1)}`
  return toPage(call, query, {
    rows: await call.tx.all(sql, conditions.params),
    positionOf: (row) => [text(row, 'object_id'), text(row, 'path'), Number(row['position'])],
    describe: async (row) => ({
      kind: row['object_kind'] === 'stack' ? 'stack' : 'component',
      object: [row['type'], row['object_name']].filter((part) => typeof part === 'string').join(' '),
      path: text(row, 'path'),
      name: text(row, 'secret_name'),
      key: text(row, 'key'),
      author: await principalName(call, text(row, 'author')),
    }),
  })
}

/** Places in objects that the caller may not describe are left out. */
function addVisibleObjects(call: Call, conditions: Conditions): void {
  for (const [kind, column] of [
    ['component', 'c.name'],
    ['stack', 's.name'],
  ] as const) {
    const names = call.access.names('describe', kind)
    if (names === undefined) continue
    const own = new Conditions(conditions.params)
    own.named(column, names)
    conditions.join(`r.object_kind <> '${kind}' OR ${own.text}`)
  }
}

/** The index is only shown, so its rows are not loaded through `Rows`. */
const selectUses = `SELECT r.object_kind, r.object_id, r.path, r.position, r.secret_name, r.key, r.author, c.type,
  COALESCE(c.name, s.name) AS object_name
  FROM reference r LEFT JOIN component c ON c.id = r.object_id LEFT JOIN stack s ON s.id = r.object_id`

function text(row: SqlRow, column: string): string {
  return String(row[column])
}
