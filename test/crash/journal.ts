/**
 * What a worker of the crash test writes down, line by line as JSON, each before it goes on:
 *
 *     { begun: 7, at: 101, operation: 'updateSecret', ... }   before it asks the store
 *     { answered: 7, at: 125, ... }                           when the store has answered
 *
 * A call that began and has no answer may have happened or not; nothing else is open. A line is in the page cache when
 * `writeSync` returns, which a SIGKILL does not touch.
 */
import { createHash } from 'node:crypto'
import { openSync, readFileSync, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { isSottoError } from '@sotto/sdk/model'
import type { ErrorCode, OperationName } from '@sotto/sdk/model'

/** A restore is no operation of an open store; its event has this name. */
export type Asked = OperationName | 'restoreStore'

/** What is asked of the store. A write makes a version of each target; the others change one secret, or none. */
export interface Begun {
  readonly operation: Asked
  /** Ids, or names of secrets that are never renamed, or that are made by this call. */
  readonly targets: readonly string[]
  /** Of a write. */
  readonly digest?: string
  /** Of a read: without it the newest. */
  readonly version?: number | undefined
  /** Of a rename. */
  readonly newName?: string
  /** Of a backup and of a restore. */
  readonly file?: string
}

/** One version of which the store said that it wrote or showed it. */
export interface Told {
  readonly id: string
  readonly name: string
  readonly version: number
  readonly digest?: string
}

export interface Answered {
  /** Absent for a call that was done. */
  readonly code?: ErrorCode
  readonly told?: readonly Told[]
  /** Of a change of the keyring. */
  readonly generation?: number
  /** Ids of the root keys that open the store from then on, by role, as far as they are known. */
  readonly rootKeys?: { readonly primary?: string; readonly recovery?: string }
  /** Of a restore. */
  readonly epoch?: number
}

/** Microseconds of the machine's clock that nobody sets, which is the same in all processes. */
interface Timed {
  readonly at: number
}

export type BegunLine = { readonly begun: number } & Timed & Begun
export type AnsweredLine = { readonly answered: number } & Timed & Answered
export type Line = BegunLine | AnsweredLine

/** Short, and as telling as the value itself. */
export function digestOf(value: string): string {
  return createHash('sha256').update(value).digest('hex').slice(0, 20)
}

export class Journal {
  readonly #file: number
  #count = 0

  constructor(path: string) {
    this.#file = openSync(path, 'a', 0o600)
  }

  /** Writes down that it begins, does it, and writes down the answer. `undefined` where the store refused with one of the codes. */
  async record<T>(
    begun: Begun,
    work: () => Promise<T>,
    { answer, refusals = [] }: { readonly answer: (result: T) => Answered; readonly refusals?: readonly ErrorCode[] },
  ): Promise<T | undefined> {
    this.#count += 1
    const number = this.#count
    this.#write({ begun: number, at: nowUs(), ...begun })
    try {
      const result = await work()
      // Else hardly a kill would fall between a commit and its answer.
      if (number % 6 === 0) await sleep(3)
      this.#write({ answered: number, at: nowUs(), ...answer(result) })
      return result
    } catch (error) {
      if (!isSottoError(error) || !refusals.includes(error.code)) throw error
      this.#write({ answered: number, at: nowUs(), code: error.code })
      return undefined
    }
  }

  #write(line: Line): void {
    writeSync(this.#file, `${JSON.stringify(line)}\n`)
  }
}

function nowUs(): number {
  return Number(process.hrtime.bigint() / 1000n)
}

/** All lines that a journal has; none where its worker was killed before it began one. */
export function readJournal(path: string, from: number): readonly Line[] {
  try {
    const lines = readFileSync(path, 'utf8').split('\n').slice(from)
    return lines.slice(0, -1).map((line) => JSON.parse(line) as Line) // written by `Journal`
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
