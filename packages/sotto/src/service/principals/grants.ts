/** Granting rights, and asking who has them and why. */
import {
  SottoError,
  isName,
  isPrincipalName,
  objectKinds,
  rights,
  roles,
  shown,
  matchesPattern,
} from '@sotto/sdk/model'
import type {
  AccessAnswer,
  AccessQuestion,
  Grant,
  GrantInput,
  GrantQuery,
  Granted,
  ObjectKind,
  Page,
} from '@sotto/sdk/model'
import { grantTable, principalTable } from '../../store/principals.ts'
import type { GrantRow, PrincipalRow } from '../../store/principals.ts'
import { allows, localPrincipal } from '../access.ts'
import type { AccessObject } from '../access.ts'
import type { Call } from '../call.ts'
import { Conditions } from '../conditions.ts'
import { pageLimit, pageStart, toPage } from '../cursor.ts'
import type { Handlers } from '../door.ts'
import { principalName } from '../secrets/secret-description.ts'
import { timeText } from '../time.ts'
import { getPrincipal, principalAccess } from './principal-lookup.ts'
import { countsIn, listGrantsOf, rulesOf } from './stored-grants.ts'

export const grantHandlers: Handlers<'addGrant' | 'removeGrant' | 'listGrants' | 'explainAccess' | 'listAccess'> = {
  addGrant: async (call, input) => {
    const { principal, wanted } = await readGrant(call, input)
    requireMayGrant(call, wanted, 'add')
    const present = (await listGrantsOf(call.rows, principal)).find((row) => isSame(row, wanted))
    const row: GrantRow = present ?? { ...wanted, id: call.newId(), author: call.principal.id, created_at: call.nowMs }
    if (present === undefined) await call.rows.insert(grantTable, row)
    call.event(eventOf(principal, row, present === undefined ? {} : { unchanged: true }))
    return describeGrant(call, row)
  },

  removeGrant: async (call, input) => {
    const { principal, wanted } = await readGrant(call, input)
    requireMayGrant(call, wanted, 'remove')
    // Two processes may have granted the same at the same moment: none of it may stay.
    const same = (await listGrantsOf(call.rows, principal)).filter((row) => isSame(row, wanted))
    const [present] = same
    if (present === undefined)
      throw new SottoError('grant_not_found', `${principal.name} was not granted ${grantText(wanted)}`)
    for (const row of same) await call.rows.delete(grantTable, row)
    call.event(eventOf(principal, present, {}))
    return describeGrant(call, present)
  },

  listGrants,

  explainAccess: async (call, { principal: text, ...question }) => {
    const own = text === undefined || text === call.principal.name || text === call.principal.id
    const principal = await getPrincipal(call, text, 'describe')
    if (!own) requireManager(call, question)
    return answerFor(call, principal, question)
  },

  listAccess: async (call, question) => {
    call.ask(`${question.kind} ${question.name}`)
    requireManager(call, question)
    const rows = await call.rows.list(
      principalTable,
      'WHERE deleted_at IS NULL AND (workspace_id IS NULL OR workspace_id = $1) ORDER BY name',
      [call.workspaceId],
    )
    const principals: AccessAnswer[] = []
    for (const row of rows) {
      const answer = row.disabled_at === null ? await answerFor(call, row, question) : undefined
      // What others keep in their own scope is nobody's business.
      const told = question.scope !== 'user' || row.id === call.principal.id
      if (answer?.allowed === true && told) principals.push(answer)
    }
    return { principals }
  },
}

type WantedGrant = Pick<GrantRow, 'principal_id' | 'workspace_id' | 'granted' | 'kind' | 'pattern'>

/** What is to be granted to whom. Throws `input_invalid`, `principal_not_found`. */
async function readGrant(call: Call, input: GrantInput): Promise<{ principal: PrincipalRow; wanted: WantedGrant }> {
  const { kind, name = '*', everywhere = false } = input
  requireKnown('right or role', input.grant, [...roles, ...rights])
  if (kind !== undefined) requireKnown('kind', kind, objectKinds)
  requirePattern(name)
  const principal = await getPrincipal(call, input.principal, 'describe')
  return {
    principal,
    wanted: {
      principal_id: principal.id,
      workspace_id: everywhere ? null : call.workspaceId,
      granted: input.grant,
      kind: kind ?? '',
      pattern: name,
    },
  }
}

/**
 * It takes the right to manage all that the grant is about; and to add one, each right that it gives: so nobody has more,
 * by whatever way, than somebody who had it gave him.
 */
function requireMayGrant(call: Call, wanted: WantedGrant, verb: 'add' | 'remove'): void {
  const rules = rulesOf(wanted)
  if (rules.length === 0)
    throw new SottoError('input_invalid', `${grantText(wanted)} gives no right in one workspace`, {
      hint: 'keys, backups and the audit are the store’s: grant it with --everywhere',
    })
  for (const { kind, right, pattern, everywhere } of rules) {
    // A pattern stands for itself: no name holds `*`, and one that matches it is covered by what covers it.
    const object = { kind, name: pattern, ofStore: everywhere }
    call.require(object, 'manage')
    if (verb === 'add') call.require(object, right)
  }
}

/** In the order in which they were made. Who does not manage principals sees his own. */
async function listGrants(call: Call, query: GrantQuery): Promise<Page<Grant>> {
  const principal = await getPrincipal(call, query.principal, 'describe')
  const all = call.may({ kind: 'principal', name: '*' }, 'manage')
  if (!all && principal.id !== call.principal.id) call.require(principalAccess(principal, 'manage'), 'manage')
  const conditions = new Conditions()
  if (query.principal !== undefined || !all) conditions.equals('principal_id', principal.id)
  conditions.add('workspace_id IS NULL OR workspace_id = ?', call.workspaceId)
  conditions.behind(['id'], 'ascending', pageStart(call, query))
  const clauses = `${conditions.where} ORDER BY id LIMIT ${String(pageLimit(query) + 1)}`
  return toPage(call, query, {
    rows: await call.rows.list(grantTable, clauses, conditions.params),
    positionOf: (row) => [row.id],
    describe: (row) => describeGrant(call, row),
  })
}

/** Who has which rights is told to those who give them. */
function requireManager(call: Call, question: AccessQuestion): void {
  requireQuestion(question)
  const { kind, name, scope } = question
  call.require({ kind, name, scopeOwner: scope === 'user' ? call.principal.id : '' }, 'manage')
}

/** The same for an object that is there and one that is not: neither is looked up. */
async function answerFor(call: Call, principal: PrincipalRow, question: AccessQuestion): Promise<AccessAnswer> {
  requireQuestion(question)
  const { right, kind, name, scope } = question
  const object: AccessObject = { kind, name, scopeOwner: scope === 'user' ? principal.id : '' }
  const access = (await call.parts.access.load(call.rows, call.workspaceId, [principal])).get(principal.id)
  const allowed = access !== undefined && principal.disabled_at === null && allows(access, principal, right, object)
  const grants = (await listGrantsOf(call.rows, principal)).filter(
    (row) => scope !== 'user' && countsIn(call.workspaceId, row) && gives(row, question),
  )
  const because: AccessAnswer['because'][number][] = []
  if (allowed && scope === 'user') because.push('owner')
  if (allowed && kind === 'principal' && name === principal.name && right === 'describe') because.push('self')
  if (allowed && scope !== 'user' && principal.name === localPrincipal) because.push('local')
  if (allowed && grants.length > 0) because.push('grant')
  const shownGrants: Grant[] = []
  if (allowed) for (const row of grants) shownGrants.push(await describeGrant(call, row))
  return { principal: principal.name, allowed, because, grants: shownGrants }
}

function gives(row: GrantRow, { right, kind, name }: AccessQuestion): boolean {
  return rulesOf(row).some(
    (rule) =>
      rule.kind === kind && (right === 'describe' || rule.right === right) && matchesPattern(rule.pattern, name),
  )
}

function requireQuestion({ right, kind, name }: AccessQuestion): void {
  requireKnown('right', right, rights)
  requireKnown('kind', kind, objectKinds)
  requirePattern(name)
}

function requireKnown(what: string, text: string, words: readonly string[]): void {
  if (words.includes(text)) return
  throw new SottoError('input_invalid', `${what} ${shown(text)} is not known`, { hint: `use ${words.join(', ')}` })
}

function requirePattern(pattern: string): void {
  const name = pattern.endsWith('*') ? `${pattern.slice(0, -1)}x` : pattern
  if (isName(name) || isPrincipalName(name)) return
  throw new SottoError('input_invalid', `${shown(pattern)} is neither a name nor a beginning of one with * behind it`, {
    hint: 'write secret:crm, secret:prod-* or secret:*',
  })
}

function isSame(row: GrantRow, wanted: WantedGrant): boolean {
  return (
    row.principal_id === wanted.principal_id &&
    row.workspace_id === wanted.workspace_id &&
    row.granted === wanted.granted &&
    row.kind === wanted.kind &&
    row.pattern === wanted.pattern
  )
}

async function describeGrant(call: Call, row: GrantRow): Promise<Grant> {
  return {
    principal: await principalName(call, row.principal_id),
    grant: row.granted as Granted, // checked when it was granted, kept by the row's HMAC
    ...(row.kind === '' ? {} : { kind: row.kind as ObjectKind }), // likewise
    name: row.pattern,
    everywhere: row.workspace_id === null,
    createdAt: timeText(row.created_at),
    createdBy: await principalName(call, row.author),
  }
}

function grantText({ granted, kind, pattern, workspace_id: of }: WantedGrant): string {
  const on = kind === '' ? (pattern === '*' ? 'everything' : shown(pattern)) : `${kind} ${pattern}`
  return `${granted} on ${on}${of === null ? ' everywhere' : ''}`
}

function eventOf(
  principal: PrincipalRow,
  row: GrantRow,
  more: { readonly unchanged?: boolean },
): Parameters<Call['event']>[0] {
  const detail = { grant: row.granted, on: `${row.kind || '*'}:${row.pattern}`, everywhere: row.workspace_id === null }
  return { object: `${principal.kind} ${principal.name}`, objectId: principal.id, detail: { ...detail, ...more } }
}
