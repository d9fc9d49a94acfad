/**
 * What the store must hold, from the journals alone. A call that was answered has happened; one that was open when its
 * worker was killed has happened as a whole or not at all, and what the verifier finds decides which.
 */
import type { Begun, Line, Told } from './journal.ts'
import { pair } from './roles.ts'
import type { Found, FoundSecret } from './verifier.ts'

interface Open extends Begun {
  /** Name of the worker. */
  readonly by: string
}

interface Expected {
  name: string
  deleted: boolean
  /** Digests by number. */
  readonly versions: Map<number, string>
}

/** What was counted, for a test that must not pass by doing nothing. */
export interface Counts {
  writes: number
  /** Writes that lost against another one that had expected the same version. */
  conflicts: number
  shown: number
  keyChanges: number
  backups: number
  /** Writes without an answer that had happened, and that had not. */
  openDone: number
  openUndone: number
}

export class Expectation {
  readonly counts: Counts = { writes: 0, conflicts: 0, shown: 0, keyChanges: 0, backups: 0, openDone: 0, openUndone: 0 }
  readonly #secrets = new Map<string, Expected>()
  readonly #open = new Map<string, Open>()
  /** What was shown since the last check, `WORKER ID VERSION`, with how often. */
  #shown = new Map<string, number>()
  #shownDigests: (readonly [Told, string])[] = []
  #generation = 0
  #backups: string[] = []
  #problems: string[] = []

  /** Takes in a line of a worker's journal. */
  note(by: string, line: Line): void {
    if ('begun' in line) {
      this.#open.set(`${by} ${String(line.begun)}`, { by, ...line })
      if (line.file !== undefined) this.#backups.push(line.file)
      return
    }
    const key = `${by} ${String(line.answered)}`
    const begun = this.#open.get(key)
    this.#open.delete(key)
    if (begun === undefined) throw new Error(`an answer to nothing: ${key}`)
    if (line.code === 'version_conflict') this.counts.conflicts += 1
    if (line.code !== undefined) return
    if (begun.kind === 'keys') this.counts.keyChanges += 1
    if (begun.kind === 'backup') this.counts.backups += 1
    this.#generation = Math.max(this.#generation, line.generation ?? 0)
    for (const told of line.told ?? []) this.#noteTold(begun, told)
  }

  /** Files of backups that were begun since the last check. */
  takeBackups(): readonly string[] {
    return this.#backups.splice(0)
  }

  /** Everything that is not as it must be. Afterwards what was open is decided. */
  check(found: Found): readonly string[] {
    for (const problem of found.problems) this.#problem(problem)
    const byId = new Map(found.secrets.map((secret) => [secret.id, secret]))
    for (const [id, { name }] of this.#secrets) if (!byId.has(id)) this.#problem(`secret ${name} (${id}) is lost`)
    for (const secret of found.secrets) this.#checkSecret(secret)
    this.#checkPair(found)
    this.#checkShown(found)
    if (found.generation < this.#generation)
      this.#problem(`a change of the keyring is lost: ${String(this.#generation)}, found ${String(found.generation)}`)
    this.counts.openUndone += [...this.#open.values()].filter(({ kind }) => kind === 'write').length
    this.#open.clear()
    return this.#problems.splice(0)
  }

  #problem(text: string): void {
    this.#problems.push(text)
  }

  #noteTold({ kind, by, newName }: Open, told: Told): void {
    const { id, name, version, digest = '' } = told
    const expected = this.#secrets.get(id) ?? { name, deleted: false, versions: new Map<number, string>() }
    if (kind === 'read') {
      const key = `${by} ${id} ${String(version)}`
      this.#shown.set(key, (this.#shown.get(key) ?? 0) + 1)
      this.#shownDigests.push([told, by])
      this.counts.shown += 1
      return
    }
    this.#secrets.set(id, expected)
    if (kind === 'write') {
      this.counts.writes += 1
      if (expected.versions.has(version)) this.#problem(`${name}@${String(version)} was acknowledged twice`)
      expected.versions.set(version, digest)
    }
    if (kind === 'rename') expected.name = newName ?? ''
    if (kind === 'delete' || kind === 'undelete') expected.deleted = kind === 'delete'
  }

  #checkSecret(secret: FoundSecret): void {
    const { id, name, versions, version } = secret
    const open = [...this.#open].filter(([, { targets }]) => targets.includes(id) || targets.includes(name))
    const expected = this.#secrets.get(id) ?? { name, deleted: false, versions: new Map<number, string>() }
    if (!this.#secrets.has(id)) {
      if (open.length === 0) this.#problem(`secret ${name} (${id}) was made by nobody`)
      this.#secrets.set(id, expected)
    }
    this.#checkLife(secret, expected, open)
    const known = Math.max(0, ...expected.versions.keys())
    if (version < known) this.#problem(`${name}: version ${String(known)} is lost, the newest is ${String(version)}`)
    if (secret.deleted) return
    const numbers = versions.map(([number]) => number).toSorted((a, b) => a - b)
    if (numbers.length !== version || numbers.some((number, index) => number !== index + 1))
      this.#problem(`${name} should have versions 1 to ${String(version)}: ${numbers.join(' ')}`)
    for (const [number, digest] of versions) {
      const acknowledged = expected.versions.get(number)
      if (acknowledged === digest) continue
      const what = `${name}@${String(number)}`
      if (acknowledged !== undefined) this.#problem(`${what} is not what was acknowledged`)
      else if (!this.#adopt(open, digest)) this.#problem(`${what} was written by nobody, or twice`)
      expected.versions.set(number, digest)
    }
  }

  /** An open write of the value explains one version of each of its targets. */
  #adopt(open: readonly (readonly [string, Open])[], digest: string): boolean {
    const [key, write] = open.find(([, each]) => each.digest === digest) ?? []
    if (key === undefined || write === undefined || !this.#open.has(key)) return false
    this.#open.delete(key)
    const [, ...rest] = write.targets
    if (rest.length > 0) this.#open.set(key, { ...write, targets: rest })
    if (rest.length === 0) this.counts.openDone += 1
    return true
  }

  #checkLife({ id, name, deleted }: FoundSecret, expected: Expected, open: readonly (readonly [string, Open])[]): void {
    // The verifier has brought it back to see its values.
    if (name === `back-${id}`) return
    const changes = open.map(([, change]) => change)
    const renamed = changes.some(({ kind, newName }) => kind === 'rename' && newName === name)
    if (name !== expected.name && !renamed) this.#problem(`${id} is called ${name} and not ${expected.name}`)
    const moved = changes.some(({ kind }) => kind === (deleted ? 'delete' : 'undelete'))
    if (deleted !== expected.deleted && !moved) this.#problem(`${name}: deleted is ${String(deleted)}`)
    Object.assign(expected, { name, deleted })
  }

  #checkPair({ secrets }: Found): void {
    const [a, b] = pair.map((name) => new Map(secrets.find((secret) => secret.name === name)?.versions ?? []))
    if (a === undefined || b === undefined) return
    if (a.size !== b.size) this.#problem(`half of a call was done: ${String(a.size)} and ${String(b.size)} versions`)
    for (const [number, digest] of a)
      if (b.get(number) !== digest) this.#problem(`half of a call was done: pair@${String(number)}`)
  }

  #checkShown(found: Found): void {
    for (const [{ id, name, version, digest }, by] of this.#shownDigests.splice(0)) {
      const there = this.#secrets.get(id)?.versions.get(version)
      if (there !== digest) this.#problem(`${name}@${String(version)} was shown to ${by} and is another value or gone`)
    }
    const open = new Set([...this.#open.values()].filter(({ kind }) => kind === 'read').map(({ by }) => by))
    for (const [what, count] of this.#shown) {
      const events = found.shown[what] ?? 0
      if (events < count) this.#problem(`${what}: shown ${String(count)} times with ${String(events)} events`)
    }
    for (const [what, events] of Object.entries(found.shown)) {
      const [by = ''] = what.split(' ')
      if (events > (this.#shown.get(what) ?? 0) && !open.has(by)) this.#problem(`${what}: an event of nothing shown`)
    }
    this.#shown = new Map()
  }
}
