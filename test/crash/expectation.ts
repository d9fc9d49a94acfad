/**
 * What the store must hold. The journals say what was acknowledged and shown; the chain says in which order; a restore
 * gives up what came behind the place of its backup. So of each check:
 *
 *     calls <-> events      each that was answered has its events, and each event is of one call (`calls.ts`)
 *     order                 what was answered before another was begun stands before it
 *     state                 the secrets are what those calls make of them, in that order (`history.ts`)
 *     restores              what was answered before a backup began survives it; what began behind it does not
 *     values                what was shown is what was written there
 */
import { Calls, isChange, isWrite } from './calls.ts'
import type { Call, Matched } from './calls.ts'
import { History } from './history.ts'
import type { State } from './history.ts'
import type { Line } from './journal.ts'
import { pair } from './secret-roles.ts'
import type { Found, FoundEvent, FoundSecret, Place } from './verifier.ts'

/** What was counted, for a test that must not pass by doing nothing. */
export interface Counts {
  writes: number
  /** Writes that lost against another one that had expected the same version. */
  conflicts: number
  shown: number
  purges: number
  keyChanges: number
  rootChanges: number
  backups: number
  backupsVerified: number
  restores: number
  /** Acknowledged changes that a restore gave up, of a moment behind its backup. */
  givenUp: number
  /** Changes without an answer that had happened, and that had not. */
  openDone: number
  openUndone: number
}

const noCounts: Counts = {
  writes: 0,
  conflicts: 0,
  shown: 0,
  purges: 0,
  keyChanges: 0,
  rootChanges: 0,
  backups: 0,
  backupsVerified: 0,
  restores: 0,
  givenUp: 0,
  openDone: 0,
  openUndone: 0,
}

const rootOperations: ReadonlySet<string> = new Set(['changeRoot', 'createRecovery'])

export class Expectation {
  readonly counts: Counts = { ...noCounts }
  readonly #calls = new Calls()
  readonly #history = new History()
  /** Changes of root keys and recovery codes, in the order of the chain. */
  #roots: Matched[] = []
  /** All restores until now. */
  readonly #restores: Call[] = []
  #generation = 0
  /** Where the store was seen to stand. */
  #checkpoint: Place = { epoch: 0, sequence: 0 }
  #problems: string[] = []
  readonly #report = (problem: string): void => void this.#problems.push(problem)

  /** Takes in a line of a worker's journal. */
  note(by: string, line: Line): void {
    const call = this.#calls.note(by, line)
    if (call?.answer === undefined) return
    const { answer, begun } = call
    if (answer.code === 'version_conflict') this.counts.conflicts += 1
    if (answer.code !== undefined) return
    this.#generation = Math.max(this.#generation, answer.generation ?? 0)
    this.#count(begun.operation, answer.told?.length ?? 0)
  }

  /** Everything that is not as it must be. Afterwards what was open is decided. */
  check(found: Found): readonly string[] {
    for (const problem of found.problems) this.#report(problem)
    this.counts.backupsVerified += found.backupsVerified
    this.#beginEpochs(found)
    const isThere = (event: FoundEvent): boolean => this.#history.isOn(event, found.checkpoint)
    const { matched, undone } = this.#calls.match(found, { report: this.#report, isThere })
    this.counts.openUndone += undone.filter(({ begun }) => isWrite(begun.operation)).length
    const inOrder = matched.toSorted((a, b) => comparePlaces(a.event, b.event))
    this.counts.openDone += new Set(
      inOrder.filter(({ call }) => call.answer === undefined && isWrite(call.begun.operation)).map(({ call }) => call),
    ).size
    this.#take(inOrder, found)
    this.#checkOrder(inOrder)
    this.#checkShown(inOrder)
    this.#checkSecrets(found)
    this.#checkKeys(found)
    return this.#problems.splice(0)
  }

  #count(operation: string, told: number): void {
    if (isWrite(operation)) this.counts.writes += told
    if (operation === 'resolveSecrets') this.counts.shown += told
    if (operation === 'purgeSecret') this.counts.purges += 1
    if (operation === 'rotateKeys' || operation === 'retireKey') this.counts.keyChanges += 1
    if (rootOperations.has(operation)) this.counts.rootChanges += 1
    if (operation === 'createBackup') this.counts.backups += 1
    if (operation === 'restoreStore') this.counts.restores += 1
  }

  #beginEpochs({ events }: Found): void {
    for (const event of events) {
      const behind = placeOf(event.detail['behind'])
      if (behind !== undefined && event.detail['part'] === 1) this.#history.beginEpoch(event.epoch, behind)
    }
  }

  /** Puts what was done into the history, and looks at each restore when everything of its round is there. */
  #take(matched: readonly Matched[], found: Found): void {
    for (const each of matched) {
      const { operation } = each.event
      if (isChange(operation)) this.#history.add(each)
      if (rootOperations.has(operation)) this.#roots.push(each)
    }
    for (const { event, call } of matched) {
      if (event.operation !== 'restoreStore') continue
      // Epochs only grow, so the store stood at the last event before this one.
      const replaced = found.events.findLast(({ epoch }) => epoch < event.epoch) ?? this.#checkpoint
      this.#checkRestore(event, call, replaced)
    }
    this.#checkpoint = found.checkpoint
  }

  #checkRestore(event: FoundEvent, restore: Call, replaced: Place): void {
    this.#restores.push(restore)
    const behind = placeOf(event.detail['behind'])
    const backup = this.#calls.backups.get(restore.begun.file ?? '')
    if (behind === undefined || backup === undefined) {
      this.#report(`the restore of ${restore.by} does not say what it did`)
      return
    }
    const what = `the restore of ${restore.begun.file ?? ''}`
    const kept = this.#history.doneUntil(behind)
    const isKept = new Set(kept)
    for (const { event: change, call } of kept)
      if (call.begunAt > backup.answeredAt) this.#report(`${what} has brought ${textOf(change)}, which came behind it`)
    for (const each of this.#history.doneUntil(replaced)) {
      if (isKept.has(each)) continue
      if (each.call.answer !== undefined) this.counts.givenUp += 1
      // Between its answer and the backup, another restore may have given it up and brought it back.
      const wasThere = !this.#restores.some(
        ({ begunAt, answeredAt }) => answeredAt > each.call.begunAt && begunAt < backup.answeredAt,
      )
      if (each.call.answeredAt < backup.begunAt && wasThere)
        this.#report(`${what} has lost ${textOf(each.event)}, which was acknowledged before the backup was begun`)
    }
  }

  /** Time goes one way: two calls of which one was answered before the other began are in that order. */
  #checkOrder(inOrder: readonly Matched[]): void {
    let latest: Matched | undefined
    for (const each of inOrder.filter(({ isSure }) => isSure)) {
      if (latest !== undefined && each.call.answeredAt < latest.call.begunAt)
        this.#report(
          `${textOf(each.event)} was acknowledged before ${textOf(latest.event)} began, and stands behind it`,
        )
      if (latest === undefined || each.call.begunAt > latest.call.begunAt) latest = each
    }
  }

  #checkShown(inOrder: readonly Matched[]): void {
    for (const { event, call } of inOrder) {
      const told = call.answer?.told?.find(({ id }) => id === event.objectId)
      if (event.operation !== 'resolveSecrets' || told === undefined) continue
      const { name, version, digest } = told
      const asked = call.begun.version
      const there = this.#history.writeAt(event, asked)
      if (there?.version !== version)
        this.#report(`${name}@${String(version)} was shown to ${call.by}, where ${String(there?.version)} was meant`)
      else if (there.digest !== digest)
        this.#report(`${name}@${String(version)} was shown to ${call.by} and is another value`)
    }
  }

  #checkSecrets(found: Found): void {
    const expected = this.#history.stateAt(found.checkpoint, this.#report)
    const byId = new Map(found.secrets.map((secret) => [secret.id, secret]))
    for (const [id, { name }] of expected) if (!byId.has(id)) this.#report(`secret ${name} (${id}) is lost`)
    for (const secret of found.secrets) this.#checkSecret(secret, expected.get(secret.id))
    this.#checkPair(found)
  }

  #checkSecret(secret: FoundSecret, expected: State | undefined): void {
    const { id, name, deleted, version, versions } = secret
    if (expected === undefined) {
      this.#report(`secret ${name} (${id}) was made by nobody, or was purged`)
      return
    }
    // The verifier has brought it back to see its values.
    const isBack = name === `back-${id}`
    if (!isBack && name !== expected.name) this.#report(`${id} is called ${name} and not ${expected.name}`)
    if (!isBack && deleted !== expected.deleted) this.#report(`${name}: deleted is ${String(deleted)}`)
    if (version !== expected.versions.size)
      this.#report(`${name} has version ${String(version)}, and ${String(expected.versions.size)} were written`)
    if (deleted) return
    const numbers = versions.map(([number]) => number).toSorted((a, b) => a - b)
    if (numbers.length !== version || numbers.some((number, index) => number !== index + 1))
      this.#report(`${name} should have versions 1 to ${String(version)}: ${numbers.join(' ')}`)
    for (const [number, digest] of versions)
      if (expected.versions.get(number) !== digest) this.#report(`${name}@${String(number)} is not what was written`)
  }

  #checkPair({ secrets }: Found): void {
    const [a, b] = pair.map((name) => new Map(secrets.find((secret) => secret.name === name)?.versions ?? []))
    if (a === undefined || b === undefined) return
    if (a.size !== b.size) this.#report(`half of a call was done: ${String(a.size)} and ${String(b.size)} versions`)
    for (const [number, digest] of a)
      if (b.get(number) !== digest) this.#report(`half of a call was done: pair@${String(number)}`)
  }

  /** The keys that were told of last on the way to the present open the store; those of a call without an answer are unknown. */
  #checkKeys({ checkpoint, generation, rootKeys }: Found): void {
    if (generation < this.#generation)
      this.#report(`a change of the keyring is lost: ${String(this.#generation)}, found ${String(generation)}`)
    const way = this.#roots
      .filter(({ event }) => this.#history.isOn(event, checkpoint))
      .toSorted((a, b) => comparePlaces(a.event, b.event))
    const primary = way.findLast(({ event }) => event.operation === 'changeRoot')?.call
    const known = primary?.answer?.rootKeys?.primary
    if (known !== undefined && known !== rootKeys.primary)
      this.#report(`the store opens with root key ${rootKeys.primary ?? ''}, and not with ${known}`)
    const code = way.at(-1)?.call.answer?.rootKeys?.recovery
    if (code !== undefined && code !== rootKeys.recovery)
      this.#report('the recovery code that was shown last opens nothing')
  }
}

function comparePlaces(a: Place, b: Place): number {
  return a.epoch - b.epoch || a.sequence - b.sequence
}

/** `EPOCH:SEQUENCE:HASH`. */
function placeOf(text: unknown): Place | undefined {
  const [, epoch, sequence] = /^(\d+):(\d+):/.exec(typeof text === 'string' ? text : '') ?? []
  return epoch === undefined ? undefined : { epoch: Number(epoch), sequence: Number(sequence) }
}

function textOf({ operation, object, detail, epoch, sequence, by }: FoundEvent): string {
  const version = typeof detail['version'] === 'number' ? `@${String(detail['version'])}` : ''
  return `${operation} of ${object}${version} by ${by} (event ${String(epoch)}:${String(sequence)})`
}
