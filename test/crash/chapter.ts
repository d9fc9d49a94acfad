/** Some rounds on one store: from its first use, for which the workers race, to a last look at all of it. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AuditCheckpoint } from '@sotto/sdk/model'
import { Verifier, Worker } from './crew.ts'
import type { Places } from './crew.ts'
import { Expectation } from './expectation.ts'
import type { Counts } from './expectation.ts'
import { readJournal } from './journal.ts'
import type { Role } from './roles.ts'
import type { Found } from './verifier.ts'

export interface ChapterInput extends Places {
  readonly rounds: number
  readonly crew: readonly Role[]
  /** Uniform in [0, 1). */
  readonly random: () => number
}

export interface ChapterReport extends Counts {
  readonly kills: number
  readonly events: number
}

/** Each has a chapter in turn: with a restore that is under way, everybody waits for longer. */
export const crews: readonly (readonly Role[])[] = [
  ['read', 'write', 'write', 'root', 'backup', 'restore'],
  ['read', 'write', 'write', 'keys', 'backup'],
]

class Chapter {
  readonly #input: ChapterInput
  readonly #expectation = new Expectation()
  /** How many lines of each journal were taken in. */
  readonly #read = new Map<string, number>()
  #workers: Worker[] = []
  #checkpoint: AuditCheckpoint | undefined
  /** Backups that lie there and were looked at. */
  #backups: string[] = []
  #started = 0
  #kills = 0
  #events = 0

  constructor(input: ChapterInput) {
    this.#input = input
    for (const name of ['home', 'journals', 'backups']) mkdirSync(join(input.folder, name), { mode: 0o700 })
  }

  async run(): Promise<ChapterReport> {
    try {
      this.#workers = this.#input.crew.map((role) => this.#start(role))
      // The first round begins when there is something to lose.
      while (this.#takeJournals() < 20) await sleep(20)
      for (let round = 0; round < this.#input.rounds; round += 1) await this.#round(round)
      return { ...this.#expectation.counts, kills: this.#kills, events: this.#events }
    } finally {
      await Promise.all(this.#workers.filter(({ alive }) => alive).map((worker) => worker.kill()))
    }
  }

  async #round(round: number): Promise<void> {
    const { random, rounds } = this.#input
    const verifier = new Verifier(this.#input)
    try {
      await sleep(40 + random() * 160)
      await this.#killSome()
      const alive = this.#workers.filter((worker) => worker.alive)
      await Promise.all(alive.map((worker) => worker.pause()))
      this.#takeJournals()
      const backups = this.#newBackups()
      const undelete = round === rounds - 1
      const text = await verifier.ask({ checkpoint: this.#checkpoint, backups, undelete })
      const found = JSON.parse(text) as Found // from our verifier
      const problems = this.#expectation.check(found)
      if (problems.length > 0) throw new Error(`round ${String(round)}: ${problems.slice(0, 20).join('\n')}`)
      this.#checkpoint = found.checkpoint
      this.#events = found.total
      this.#clearFiles([...this.#backups, ...backups], found.setAside)
      for (const worker of alive) worker.goOn()
      this.#workers = this.#workers.map((worker) => (worker.alive ? worker : this.#start(worker.role)))
    } finally {
      await verifier.stop()
    }
  }

  #newBackups(): readonly string[] {
    const folder = join(this.#input.folder, 'backups')
    return readdirSync(folder)
      .filter((name) => name.endsWith('.stb'))
      .map((name) => join(folder, name))
      .filter((path) => !this.#backups.includes(path))
  }

  /** Some older backups stay for restores to choose from. */
  #clearFiles(backups: readonly string[], setAside: readonly string[]): void {
    this.#backups = backups.slice(-4)
    for (const path of [...backups.slice(0, -4), ...setAside])
      for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true })
  }

  /** In some rounds all at once, as when the machine is reset; else one to three, while the others go on. */
  async #killSome(): Promise<void> {
    const { random } = this.#input
    if (random() < 0.2) {
      this.#kills += this.#workers.length
      await Promise.all(this.#workers.map((worker) => worker.kill()))
      return
    }
    const order = this.#workers.map((worker) => ({ worker, at: random() })).toSorted((a, b) => a.at - b.at)
    for (const { worker } of order.slice(0, 1 + Math.floor(random() * 3))) {
      this.#kills += 1
      await worker.kill()
      await sleep(random() * 30)
    }
  }

  #start(role: Role): Worker {
    this.#started += 1
    return new Worker(this.#input, `${role}-${String(this.#started)}`, role)
  }

  /** Gives how many lines there were until now. */
  #takeJournals(): number {
    for (let index = 1; index <= this.#started; index += 1) {
      for (const role of new Set(this.#input.crew)) {
        const name = `${role}-${String(index)}`
        const from = this.#read.get(name) ?? 0
        const lines = readJournal(join(this.#input.folder, 'journals', name), from)
        for (const line of lines) this.#expectation.note(name, line)
        this.#read.set(name, from + lines.length)
      }
    }
    return [...this.#read.values()].reduce((sum, lines) => sum + lines, 0)
  }
}

/** Runs the rounds. Throws with all that is wrong after the first round that left something wrong. */
export function runChapter(input: ChapterInput): Promise<ChapterReport> {
  return new Chapter(input).run()
}
