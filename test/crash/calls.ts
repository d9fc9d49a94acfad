/**
 * The calls of the workers, by their journals, and the events that tell of them. Every call that was answered must have
 * each of its events: who, what, which version; and every event must be of a call. A call without an answer has happened
 * as a whole or not at all.
 */
import type { Answered, Begun, BegunLine, Line, Told } from './journal.ts'
import type { Found, FoundEvent, Place } from './verifier.ts'

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

  /** Matches what there is. Afterwards every call is decided; gives those that were not answered and not done, too. */
  match(
    found: Found,
    { report, isThere }: Pick<Matching, 'report' | 'isThere'>,
  ): { readonly matched: readonly Matched[]; readonly undone: readonly Call[] } {
    const calls = [...this.#calls.values()]
    this.#calls.clear()
    const matching = new Matching({ found, report, isThere })
    const isAnswered = ({ answer }: Call): boolean => answer !== undefined
    for (const call of calls.filter(isAnswered)) matching.matchAnswered(call)
    const undone = calls.filter((call) => !isAnswered(call) && !matching.matchOpen(call))
    for (const call of undone) matching.requireNothingOf(call)
    matching.requireNothingLeft()
    return { matched: matching.matched, undone }
  }

  #begin(by: string, { begun: number, at, ...begun }: BegunLine): void {
    const call: Call = { by, begun, begunAt: at, answeredAt: Number.POSITIVE_INFINITY, answer: undefined }
    this.#calls.set(`${by} ${String(number)}`, call)
    if (begun.operation === 'createBackup') this.backups.set(begun.file ?? '', call)
  }
}

/** Calls and the events that are not of another one yet. */
class Matching {
  readonly matched: Matched[] = []
  readonly report: (problem: string) => void
  /** Is what the event did still there, or did a restore give it up? */
  readonly isThere: (event: FoundEvent) => boolean
  readonly #found: Found
  readonly #left: Set<FoundEvent>
  readonly #bySubject: ReadonlyMap<string, readonly FoundEvent[]>
  readonly #byPlace: ReadonlyMap<string, FoundEvent>

  constructor({ found, report, isThere }: Pick<Matching, 'report' | 'isThere'> & { readonly found: Found }) {
    this.#found = found
    this.report = report
    this.isThere = isThere
    this.#left = new Set(found.events.filter(isOfCall))
    this.#bySubject = Map.groupBy(this.#left, keyOf)
    this.#byPlace = new Map([...this.#left].map((event) => [placeText(event), event]))
  }

  matchAnswered(call: Call): void {
    const { by, begun } = call
    const prefix = `${by} ${begun.operation} `
    const keys = subjectsOf(call).map((subject) => prefix + subject)
    const [first = ''] = keys
    const run = this.#findRun(this.#bySubject.get(first) ?? [], keys.length, (event, at) => keyOf(event) === keys[at])
    if (run !== undefined) {
      this.#take(run, call)
      return
    }
    for (const key of keys) {
      const event = this.#bySubject.get(key)?.find((each) => this.#left.has(each))
      if (event !== undefined) this.#take([event], call)
      else
        this.report(
          `${begun.operation} of ${key.slice(prefix.length)} was acknowledged to ${by} and has no event of its own`,
        )
    }
  }

  /** False where a call that was not answered has not happened as a whole. */
  matchOpen(call: Call): boolean {
    const { operation, targets } = call.begun
    const isOther = targets.length === 0 || operation === 'retireKey'
    const run = this.#findRun(this.#candidates(call), isOther ? 1 : targets.length, (event, at) =>
      isOther
        ? operation !== 'createBackup' || subjectOf(event) === call.begun.file
        : isAbout(event, targets[at] ?? '') && this.#mayHaveWritten(call, event),
    )
    if (run !== undefined) this.#take(run, call)
    return run !== undefined
  }

  /** Of a call that has not happened as a whole. */
  requireNothingOf(call: Call): void {
    const { operation, targets } = call.begun
    if (targets.length < 2) return
    const part = this.#candidates(call).filter((event) => targets.some((target) => isAbout(event, target)))
    if (part.length > 0) this.report(`half of a call was done: ${operation} of ${targets.join(', ')} by ${call.by}`)
  }

  requireNothingLeft(): void {
    for (const { by, operation, object, sequence } of this.#left)
      this.report(
        `event ${String(sequence)}, ${operation} of ${object} by ${by}, is of no call, or of one that was done twice`,
      )
  }

  #candidates({ by, begun }: Call): readonly FoundEvent[] {
    return [...this.#left].filter((event) => event.by === by && event.operation === begun.operation)
  }

  /** The events of one call stand one behind another. */
  #findRun(
    firsts: readonly FoundEvent[],
    length: number,
    fits: (event: FoundEvent, at: number) => boolean,
  ): readonly FoundEvent[] | undefined {
    for (const first of firsts) {
      const run = Array.from({ length }, (_, at) =>
        this.#byPlace.get(placeText({ epoch: first.epoch, sequence: first.sequence + at })),
      ).filter((event, at) => event !== undefined && this.#left.has(event) && fits(event, at))
      const whole = run.filter((event) => event !== undefined)
      if (whole.length === length) return whole
    }
    return undefined
  }

  #take(events: readonly FoundEvent[], call: Call): void {
    for (const event of events) {
      this.#left.delete(event)
      this.matched.push({ event, call, isSure: this.#bySubject.get(keyOf(event))?.length === 1 })
    }
  }

  /** Of two calls for one secret that a kill left open, the value tells which one it was. */
  #mayHaveWritten({ begun }: Call, event: FoundEvent): boolean {
    if (!isWrite(begun.operation) || !this.isThere(event)) return true
    const present = this.#found.secrets.find(({ id }) => id === event.objectId)?.versions
    const digest = present?.find(([number]) => number === event.detail['version'])?.[1]
    return digest === undefined || digest === begun.digest
  }
}

function placeText({ epoch, sequence }: Place): string {
  return `${String(epoch)}:${String(sequence)}`
}

/** Names of secrets that a call names are never changed, or are new. */
function isAbout({ object, objectId }: FoundEvent, target: string): boolean {
  return objectId === target || object === `secret ${target}`
}
