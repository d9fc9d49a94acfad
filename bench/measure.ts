// How everything here is measured: next to a reference, in the same run, by turns, so that a busy
// machine slows both. What counts is the ratio.

import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A figure we publish. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: 'µs' | 'ms' | 's' | 'MiB' | 'MB/s' | '/s'
  /** What the value is compared with, in the same unit. */
  readonly reference?: { readonly name: string; readonly value: number }
  readonly limit?: Limit
}

/** Where a figure must stay: a value, or a multiple of the reference. */
export interface Limit {
  readonly of: 'value' | 'ratio'
  readonly bound: 'at most' | 'at least'
  readonly value: number
}

/** A file of bench/cases exports one of these as `bench`. */
export interface Bench {
  readonly name: string
  measure(): Promise<readonly Figure[]>
}

export function ratioOf(figure: Figure): number | undefined {
  return figure.reference === undefined ? undefined : figure.value / figure.reference.value
}

/** Whether a figure keeps its limit; one without a limit always does. */
export function keepsLimit(figure: Figure): boolean {
  const { limit } = figure
  if (limit === undefined) return true
  const value = limit.of === 'value' ? figure.value : ratioOf(figure)
  if (value === undefined) return false
  return limit.bound === 'at most' ? value <= limit.value : value >= limit.value
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted[Math.floor(sorted.length / 2)]
  if (middle === undefined) throw new Error('a median of nothing')
  return middle
}

/** A quarter of the values are below it: what else the machine does only ever adds to a time. */
function lowerQuartile(values: readonly number[]): number {
  const quarter = values.toSorted((a, b) => a - b)[Math.floor(values.length / 4)]
  if (quarter === undefined) throw new Error('a quartile of nothing')
  return quarter
}

/** Runs each of several things once per round, in turns, and gives the lower quartile of each one's times, in milliseconds. */
export async function byTurns<Name extends string>(
  things: Readonly<Record<Name, () => unknown>>,
  rounds: number,
): Promise<Record<Name, number>> {
  // Object.entries forgets the names that the parameter's type knows.
  const entries = Object.entries(things) as [Name, () => unknown][]
  const times = new Map<Name, number[]>(entries.map(([name]) => [name, []]))
  // One round more, not counted: caches fill.
  for (let round = -1; round < rounds; round++) {
    for (const [name, run] of entries) {
      const began = process.hrtime.bigint()
      await run()
      const ms = Number(process.hrtime.bigint() - began) / 1e6
      if (round >= 0) times.get(name)?.push(ms)
    }
  }
  return Object.fromEntries([...times].map(([name, list]) => [name, lowerQuartile(list)])) as Record<Name, number>
}

/** A command as it is started: no shell between. */
export interface Command {
  readonly argv: readonly [program: string, ...args: string[]]
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
}

export interface Comparison {
  readonly subjectMs: number
  readonly referenceMs: number
}

/** Whole commands, from start to exit, by turns; the lower quartiles. */
export async function compareCommands(subject: Command, reference: Command, rounds = 24): Promise<Comparison> {
  const times = await byTurns({ subject: () => runToEnd(subject), reference: () => runToEnd(reference) }, rounds)
  return { subjectMs: times.subject, referenceMs: times.reference }
}

/** Runs a command to its end, and fails when the command does: a fast error is not a good figure. */
export async function runToEnd({ argv: [program, ...args], cwd, env }: Command): Promise<void> {
  const child = spawn(program, args, { cwd, env: env ?? process.env, stdio: ['ignore', 'ignore', 'pipe'] })
  let words = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words += text
  })
  const { promise, resolve, reject } = Promise.withResolvers<number | null>()
  child.once('error', reject)
  child.once('close', resolve)
  const status = await promise
  if (status !== 0) throw new Error(`${[program, ...args].join(' ')} ended with ${status}\n${words}`)
}

/**
 * The largest resident set that a Node process of a command reached, in MiB; the median of several runs.
 * Measured apart from the time, since asking costs some.
 */
export function peakMemory({ argv: [program, ...args], cwd, env }: Command, runs = 3): number {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-bench-'))
  try {
    const peaks = Array.from({ length: runs }, (_, index) => {
      const file = join(folder, String(index))
      const options = `--require ${JSON.stringify(join(import.meta.dirname, 'peak-memory.cjs'))}`
      const result = spawnSync(program, args, {
        cwd,
        env: { ...(env ?? process.env), NODE_OPTIONS: options, PEAK_MEMORY_FILE: file },
        encoding: 'utf8',
      })
      if (result.status !== 0) throw new Error(`${[program, ...args].join(' ')} failed\n${result.stderr}`)
      return Math.max(...readFileSync(file, 'utf8').trim().split('\n').map(Number))
    })
    return median(peaks) / 1024
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Keeps so many calls in flight until all have been answered. */
export async function keepInFlight(
  lanes: number,
  calls: number,
  call: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < calls) await call(next++)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}

/** The processor's time that this process takes for it, in microseconds, in all its threads; what others do hardly adds. */
export async function cpuOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return user + system
}
