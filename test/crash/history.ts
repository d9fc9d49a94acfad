/**
 * What was done, each at its place in the chains of a store. A restore begins an epoch behind an earlier place, so epochs
 * are a tree, and the state of the store is that of the way from the root to where it stands:
 *
 *     epoch 1  ---1---2---3---4---5 (given up)
 *                     |
 *     epoch 2         ---3---4---5
 */
import { isWrite } from './calls.ts'
import type { Call } from './calls.ts'
import type { FoundEvent, Place } from './verifier.ts'

export interface Done {
  readonly event: FoundEvent
  readonly call: Call
}

export interface State {
  readonly name: string
  readonly deleted: boolean
  /** Digests by number. */
  readonly versions: ReadonlyMap<number, string>
}

/** Is the place the other one, or before it in the same epoch? */
function isUpTo(place: Place, end: Place): boolean {
  return place.epoch === end.epoch && place.sequence <= end.sequence
}

export class History {
  /** What each epoch stands behind. */
  readonly #behind = new Map<number, Place>()
  /** By epoch, in its order. */
  readonly #done = new Map<number, Done[]>()
  /** What wrote versions, by secret: one number several times, where a restore gave it up and it was used again. */
  readonly #writes = new Map<string, Done[]>()

  beginEpoch(epoch: number, behind: Place): void {
    this.#behind.set(epoch, behind)
  }

  add(done: Done): void {
    const { event } = done
    push(this.#done, event.epoch, done)
    if (isWrite(event.operation)) push(this.#writes, event.objectId, done)
  }

  /** Does the way to the end go through the place? */
  isOn(place: Place, end: Place): boolean {
    return this.#way(end).some((last) => isUpTo(place, last))
  }

  /** In its order. */
  doneUntil(end: Place): readonly Done[] {
    return this.#way(end)
      .toReversed()
      .flatMap((last) => (this.#done.get(last.epoch) ?? []).filter(({ event }) => isUpTo(event, last)))
  }

  /** What was newest of a secret where an event stands, or the one of a version; `undefined` where nothing was written. */
  writeAt(event: FoundEvent, version?: number): { readonly version: number; readonly digest: string } | undefined {
    const found = this.#writes
      .get(event.objectId)
      ?.findLast((write) => isOneOf(write, version) && this.isOn(write.event, event))
    return found && { version: versionOf(found.event), digest: found.call.begun.digest ?? '' }
  }

  /** All secrets as they are at the place, by id; and what cannot be, for `report`. */
  stateAt(end: Place, report: (problem: string) => void): ReadonlyMap<string, State> {
    const states = new Map<string, State>()
    for (const { event, call } of this.doneUntil(end)) {
      const { objectId: id, operation } = event
      const before = states.get(id) ?? {
        name: event.object.replace(/^secret /, ''),
        deleted: false,
        versions: new Map(),
      }
      if (operation === 'purgeSecret') states.delete(id)
      else states.set(id, after(before, { event, call }, report))
    }
    return states
  }

  /** The last place of each epoch that the way goes through, the newest first. */
  #way(end: Place): readonly Place[] {
    const way: Place[] = []
    for (let last: Place | undefined = end; last !== undefined; last = this.#behind.get(last.epoch)) way.push(last)
    return way
  }
}

function after(before: State, { event, call }: Done, report: (problem: string) => void): State {
  switch (event.operation) {
    case 'renameSecret':
      return { ...before, name: call.begun.newName ?? '' }
    case 'deleteSecret':
      return { ...before, deleted: true }
    case 'undeleteSecret':
      return { ...before, deleted: false }
    default: {
      const version = versionOf(event)
      if (version !== before.versions.size + 1)
        report(`${before.name}@${String(version)} was written behind version ${String(before.versions.size)}`)
      return { ...before, versions: new Map([...before.versions, [version, call.begun.digest ?? '']]) }
    }
  }
}

function isOneOf({ event }: Done, version: number | undefined): boolean {
  return version === undefined || versionOf(event) === version
}

function versionOf({ detail }: FoundEvent): number {
  return Number(detail['version'])
}

function push<K>(map: Map<K, Done[]>, key: K, done: Done): void {
  const present = map.get(key)
  if (present === undefined) map.set(key, [done])
  else present.push(done)
}
