/**
 * The calls of the workers, by their journals, and the events that tell of them. Every call that was answered must have
 * each of its events: who, what, which version; and every event must be of a call. A call without an answer has happened
 * as a whole or not at all.
 */
import type { Answered, Begun, BegunLine, Line, Told } from './journal.ts'
import type { Found, FoundEvent } from './verifier.ts'

export interface Call {
  /** Name of the worker. */
  readonly by: string
  readonly begun: Begun
  /** Microseconds. */
  readonly begunAt: number
  /** Infinite where there was no answer. */
  answeredAt: number
  answer: Answered | undefined
}

/** Operations whose events are told of here; others (such as `rewrapValues`) workers do not write down. */
const writes: ReadonlySet<string> = new Set(['createSecret', 'updateSecret', 'setSecrets'])
const secretChanges: ReadonlySet<string> = new Set(['renameSecret', 'deleteSecret', 'undeleteSecret', 'purgeSecret'])
const otherOperations: ReadonlySet<string> = new Set([
  'resolveSecrets',
  'rotateKeys',
  'retireKey',
  'createRecovery',
  'changeRoot',
  'createBackup',
  'restoreStore',
])

export function isWrite(operation: string): boolean {
  return writes.has(operation)
}

/** Does it change a secret? */
export function isChange(operation: string): boolean {
  return writes.has(operation) || secretChanges.has(operation)
}

export interface Matched {
  readonly event: FoundEvent
  readonly call: Call
  /** Is the call known for sure? A worker that reads one version several times at once has events that are all alike. */
  readonly isSure: boolean
}

/** The first events of an epoch list rows; the operation that began it has one of its own, but for a restore. */
function isOfCall({ operation, detail }: FoundEvent): boolean {
  if (!isChange(operation) && !otherOperations.has(operation)) return false
  if (operation === 'restoreStore') return detail['part'] === 1
  return detail['behind'] === undefined
}

/** What an event is about, so that it is that of one call. */
function subjectOf({ operation, object, objectId, detail, epoch }: FoundEvent): string {
  if (isWrite(operation) || operation === 'resolveSecrets') return `${object} ${objectId}@${String(detail['version'])}`
  if (operation === 'renameSecret') return `${objectId} ${String(detail['newName'])}`
  if (secretChanges.has(operation)) return objectId
  if (operation === 'createBackup') return String(detail['file'])
  if (operation === 'retireKey') return String(detail['dataKey'])
  if (operation === 'restoreStore') return String(epoch)
  return String(detail['keyring'])
}

function keyOf(event: FoundEvent): string {
  return `${event.by} ${event.operation} ${subjectOf(event)}`
}

/** What each event is about that a call which was done must have. */
function subjectsOf({ begun, answer = {} }: Call): readonly string[] {
  const { operation, file, targets } = begun
  const told: readonly Told[] = answer.told ?? []
  if (isWrite(operation) || operation === 'resolveSecrets')
    return told.map(({ id, name, version }) => `secret ${name} ${id}@${String(version)}`)
  if (operation === 'renameSecret') return told.map(({ id, name }) => `${id} ${name}`)
  if (secretChanges.has(operation)) return told.map(({ id }) => id)
  if (operation === 'createBackup') return [file ?? '']
  if (operation === 'retireKey') return targets
  return [String(operation === 'restoreStore' ? answer.epoch : answer.generation)]
}

export class Calls {
  /** Not matched with events yet, by worker and number. */
  readonly #calls = new Map<string, Call>()
  /** Of backups, by file. */
  readonly backups: Map<string, Call> = new Map()

  /** Takes in a line of a worker's journal. Gives the call that it ends. */
  note(by: string, line: Line): Call | undefined {
    if ('begun' in line) {
      this.#begin(by, line)
      return undefined
    }
    const { answered, at, ...answer } = line
    const key = `${by} ${String(answered)}`
    const call = this.#calls.get(key)
    if (call === undefined) throw new Error(`an answer to nothing: ${key}`)
    Object.assign(call, { answer, answeredAt: at })
    // A refusal has changed nothing; its event is of another kind.
    if (answer.code !== undefined) this.#calls.delete(key)
    return call
  }

  /** Matches what there is. Afterwards every call is decided; gives those that were not answered, too. */
  match(
    found: Found,
    { report, isThere }: Pick<OpenCalls, 'report' | 'isThere'>,
  ): { readonly matched: readonly Matched[]; readonly undone: readonly Call[] } {
    const calls = [...this.#calls.values()]
    this.#calls.clear()
    const left = new Set(found.events.filter(isOfCall))
    const bySubject = Map.groupBy(left, keyOf)
    const matched: Matched[] = []
    for (const call of calls.filter(({ answer }) => answer !== undefined)) {
      const { by, begun } = call
      for (const subject of subjectsOf(call)) {
        const event = bySubject.get(`${by} ${begun.operation} ${subject}`)?.find((each) => left.has(each))
        if (event === undefined) report(`${begun.operation} of ${subject} was acknowledged to ${by} and has no event`)
        else take(event, call)
      }
    }
    const open = calls.filter(({ answer }) => answer === undefined)
    const undone = open.filter((call) => !matchOpen(call, { left, found, isThere, take, report }))
    for (const { by, operation, object, sequence } of left)
      report(
        `event ${String(sequence)}, ${operation} of ${object} by ${by}, is of no call, or of one that was done twice`,
      )
    return { matched, undone }

    function take(event: FoundEvent, call: Call): void {
      left.delete(event)
      matched.push({ event, call, isSure: bySubject.get(keyOf(event))?.length === 1 })
    }
  }

  #begin(by: string, { begun: number, at, ...begun }: BegunLine): void {
    const call: Call = { by, begun, begunAt: at, answeredAt: Number.POSITIVE_INFINITY, answer: undefined }
    this.#calls.set(`${by} ${String(number)}`, call)
    if (begun.operation === 'createBackup') this.backups.set(begun.file ?? '', call)
  }
}

interface OpenCalls {
  readonly left: ReadonlySet<FoundEvent>
  readonly found: Found
  /** Is what the event did still there, or did a restore give it up? */
  readonly isThere: (event: FoundEvent) => boolean
  readonly take: (event: FoundEvent, call: Call) => void
  readonly report: (problem: string) => void
}

/** False where a call that was not answered has not happened. */
function matchOpen(call: Call, { left, take, report, ...others }: OpenCalls): boolean {
  const { by, begun } = call
  const { operation, targets } = begun
  const candidates = [...left].filter((event) => event.by === by && event.operation === operation)
  if (targets.length === 0 || operation === 'retireKey') {
    const event = candidates.find((each) => operation !== 'createBackup' || subjectOf(each) === begun.file)
    if (event !== undefined) take(event, call)
    return event !== undefined
  }
  const events = targets.map((target) =>
    candidates.find((event) => isAbout(event, target) && mayHaveWritten(call, event, others)),
  )
  const there = events.filter((event) => event !== undefined)
  for (const event of there) take(event, call)
  if (there.length > 0 && there.length < targets.length)
    report(`half of a call was done: ${operation} of ${targets.join(', ')} by ${by}`)
  return there.length > 0
}

/** Names of secrets that a call names are never changed, or are new. */
function isAbout({ object, objectId }: FoundEvent, target: string): boolean {
  return objectId === target || object === `secret ${target}`
}

/** Of two calls for one secret that a kill left open, the value tells which one it was. */
function mayHaveWritten(
  { begun }: Call,
  event: FoundEvent,
  { found, isThere }: Pick<OpenCalls, 'found' | 'isThere'>,
): boolean {
  if (!isWrite(begun.operation) || !isThere(event)) return true
  const present = found.secrets.find(({ id }) => id === event.objectId)?.versions
  const digest = present?.find(([number]) => number === event.detail['version'])?.[1]
  return digest === undefined || digest === begun.digest
}
