/**
 * Faults that a store may have, each built into one worker of the crash test: it works as it should for a while, does one
 * thing wrong, and kills itself. A checker that does not find each of them would not find the fault in the store either.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Api } from '@sotto/sdk/model'
import { textValue } from '@sotto/sdk/model'
import { AuditChain } from '../../packages/sotto/src/store/audit-chain.ts'
import type { AuditRecord } from '../../packages/sotto/src/store/audit-chain.ts'
import { SqliteConnection } from '../../packages/sotto/src/store/sqlite-connection.ts'
import type { Role } from './roles.ts'

/** What a store may do wrong. */
export type Mutation =
  | 'does nothing wrong'
  | 'answers a write before its commit'
  | 'rolls a batch back and answers'
  | 'rolls one call of a batch back and answers'
  | 'shows a value before its event is there'
  | 'writes without an event'
  | 'shows a value without an event'
  | 'has an event of another version'
  | 'has an event of another secret'
  | 'has an event of somebody else'
  | 'writes twice'
  | 'writes half of a call'
  | 'writes another value'
  | 'shows another value'
  | 'shows an older version'
  | 'forgets a recovery code'
  | 'restores an older backup'

/** What a transaction has done so far. */
interface Batch {
  readonly tables: Set<string>
  /** Operations that it has events of. */
  readonly events: string[]
}

/** Does a statement; with a text, another one. */
type Run = (sql: string) => void

interface Fault {
  /** Whose worker has it. */
  readonly role: Role
  /** Chances that are let pass. */
  readonly passes?: number
  /** Does something else in the place of a statement that ends something; false to let it be. */
  readonly run?: (sql: string, batch: Batch, run: Run) => boolean
  /** The event that is appended instead; `undefined` for none. */
  readonly append?: (record: AuditRecord) => AuditRecord | undefined
  /** Methods that are other ones. */
  readonly api?: (api: Api) => Partial<Api>
  /** The backup that is restored, of all from the newest to the oldest, in the place of the newest. */
  readonly restored?: (files: readonly string[]) => string | undefined
}

let batch: Batch = { tables: new Set(), events: [] }
let passes = 0
let isDone = false
let endsBehindCommit = false
/** From the end on nothing else is begun. */
let isFrozen = false

/** Does it at one chance alone. */
function once(isChance: boolean, deed: () => void): boolean {
  if (!isChance || isDone) return false
  passes -= 1
  if (passes >= 0) return false
  isDone = true
  deed()
  return true
}

/** Nothing more is begun, what was asked is answered and written down, and the process dies. */
function end(): void {
  isFrozen = true
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), 60)
}

function endBehindCommit(): void {
  endsBehindCommit = true
}

const wrote = ({ tables }: Batch): boolean => tables.has('secret_version')
const isWrite = (operation: string): boolean => ['createSecret', 'updateSecret', 'setSecrets'].includes(operation)
const isReveal = (operation: string): boolean => operation === 'resolveSecrets'

/** In the place of the commit of a batch in which something was written. */
function insteadOfCommit(deed: (run: Run) => void): Fault {
  const run: Fault['run'] = (sql, present, proper) =>
    once(sql === 'COMMIT' && wrote(present), () => {
      deed(proper)
      end()
    })
  return { role: 'write', run }
}

function otherEvent(
  isChance: (operation: string) => boolean,
  change: (record: AuditRecord) => AuditRecord | undefined,
): Fault {
  return {
    role: 'write',
    append: (record) => (once(isChance(record.operation), endBehindCommit) ? change(record) : record),
  }
}

const updatesTwice: Fault['api'] = (api) => ({
  updateSecret: async (input) => {
    const answer = await api.updateSecret(input)
    if (!once(true, () => undefined)) return answer
    await api.updateSecret({ secret: answer.secret.id, values: input.values, plain: ['a'] })
    end()
    return answer
  },
})

const updatesAnother: Fault['api'] = (api) => ({
  updateSecret: async (input) => {
    const isOther = once(true, () => undefined)
    const answer = await api.updateSecret(isOther ? { ...input, values: otherValues } : input)
    if (isOther) end()
    return answer
  },
})

const setsHalf: Fault['api'] = (api) => ({
  setSecrets: async (input) => {
    if (!once(input.secrets.length > 1, () => undefined)) return await api.setSecrets(input)
    await api.setSecrets({ secrets: input.secrets.slice(0, 1) })
    end()
    return await sleep(60_000).then(() => api.setSecrets(input)) // it does not come to that
  },
})

const showsAnother: Fault['api'] = (api) => ({
  resolveSecrets: async (input) => {
    const answer = await api.resolveSecrets(input)
    if (!once(true, end)) return answer
    return { secrets: answer.secrets.map((secret) => (secret.unchanged ? secret : { ...secret, values: otherValues })) }
  },
})

const showsOlder: Fault['api'] = (api) => ({
  resolveSecrets: async (input) => {
    const { items } = await api.listSecrets({ limit: 1000 })
    const older = input.items.map(({ secret }) => ({
      secret,
      version: (items.find(({ name }) => name === secret)?.version ?? 1) - 1,
    }))
    const isOther = once(
      older.every(({ version }) => version > 0),
      () => undefined,
    )
    const answer = await api.resolveSecrets(isOther ? { items: older } : input)
    if (isOther) end()
    return answer
  },
})

const otherValues = { a: textValue('another'), b: textValue('another') }

const undoOneCall: Fault['run'] = (sql, present, run) =>
  once(sql === 'RELEASE work' && wrote(present), () => {
    run('ROLLBACK TO work')
    run(sql)
    endBehindCommit()
  })

const showUncommitted: Fault['run'] = (sql, { events }) => once(sql === 'COMMIT' && events.some(isReveal), end)
const forgetCode: Fault['run'] = (sql, { events }) => once(sql === 'COMMIT' && events.includes('createRecovery'), end)

const faults: { readonly [name in Mutation]: Fault } = {
  'does nothing wrong': insteadOfCommit((run) => run('COMMIT')),
  'answers a write before its commit': insteadOfCommit(() => undefined),
  'rolls a batch back and answers': insteadOfCommit((run) => run('ROLLBACK')),
  'rolls one call of a batch back and answers': { role: 'write', run: undoOneCall },
  'shows a value before its event is there': { role: 'write', run: showUncommitted },
  'writes without an event': otherEvent(isWrite, () => undefined),
  'shows a value without an event': otherEvent(isReveal, () => undefined),
  'has an event of another version': otherEvent(isWrite, (record) => ({
    ...record,
    detail: record.detail.replace(/"version":\d+/, '"version":999'),
  })),
  'has an event of another secret': otherEvent(isWrite, (record) => ({ ...record, object: 'secret another' })),
  'has an event of somebody else': otherEvent(isReveal, (record) => ({ ...record, os_user: 'somebody' })),
  'writes twice': { role: 'write', api: updatesTwice },
  'writes half of a call': { role: 'write', api: setsHalf },
  'writes another value': { role: 'write', api: updatesAnother },
  'shows another value': { role: 'write', api: showsAnother },
  'shows an older version': { role: 'read', api: showsOlder },
  'forgets a recovery code': { role: 'root', passes: 0, run: forgetCode },
  'restores an older backup': { role: 'restore', passes: 0, restored: (files) => files.at(-1) },
}

/** Who has the fault. */
export function roleOf(mutation: Mutation): Role {
  return faults[mutation].role
}

export interface Mutated {
  readonly api: (api: Api) => Api
  /** Which backup to restore, for which one is asked. */
  readonly restored: (files: readonly string[]) => string | undefined
}

/** Builds the fault into this process. */
export function mutate(mutation: Mutation): Mutated {
  const fault: Fault = faults[mutation]
  passes = fault.passes ?? 12
  mutateConnection(fault.run)
  mutateChain(fault.append ?? ((record) => record))
  return {
    api: (api) => ({ ...api, ...fault.api?.(api) }),
    restored: (files) => {
      if (isDone) end()
      return once(files.length > 1, () => undefined) ? fault.restored?.(files) : undefined
    },
  }
}

function mutateConnection(other: Fault['run']): void {
  // oxlint-disable-next-line typescript/unbound-method -- called with the connection that it is a method of
  const { begin, run } = SqliteConnection.prototype
  SqliteConnection.prototype.begin = function beginOther(): boolean {
    // As if another process had the lock: what waits goes on waiting until the end.
    if (isFrozen) throw Object.assign(new Error('frozen'), { errcode: 5 })
    batch = { tables: new Set(), events: [] }
    return begin.call(this)
  }
  SqliteConnection.prototype.run = function runOther(sql, params): number {
    const table = /^\s*(?:INSERT INTO|UPDATE) (\w+)\s/.exec(sql)?.[1]
    if (table !== undefined) batch.tables.add(table)
    if (other?.(sql, batch, (text) => void run.call(this, text, [])) === true) return 0
    const changes = run.call(this, sql, params)
    if (sql === 'COMMIT' && endsBehindCommit) end()
    return changes
  }
}

function mutateChain(change: (record: AuditRecord) => AuditRecord | undefined): void {
  // oxlint-disable-next-line typescript/unbound-method -- called with the chain that it is a method of
  const { append } = AuditChain.prototype
  AuditChain.prototype.append = function appendOther(tx, record): void {
    batch.events.push(record.operation)
    const other = record.outcome === 'done' ? change(record) : record
    if (other !== undefined) append.call(this, tx, other)
  }
}
