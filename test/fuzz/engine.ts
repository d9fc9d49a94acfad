/**
 * Throws changed and random bytes at a reader. Only a `SottoError` may come out of it, and soon:
 *
 *     fixtures and corpus as they are -> a corpus entry, changed at 1 to 4 places -> now and then nothing but noise
 *
 * Each input follows from seed and number alone, so `SOTTO_FUZZ_SEED=… SOTTO_FUZZ_ONLY=…` makes that one again. An input
 * that fails is kept in `fixtures/READER/`, and from then on tried first. `SOTTO_FUZZ_RUNS` asks for more.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isSottoError } from '@sotto/sdk/model'
import { repeatableNumbers } from '../../packages/sotto/src/keys/testing.ts'

export interface Reader {
  readonly name: string
  /** Inputs that it reads; at least two, so that pieces can be exchanged. */
  readonly corpus: readonly Buffer[]
  /** Pieces that mean something to it. */
  readonly words: readonly string[]
  /** 4,096 without it. */
  readonly longestBytes?: number
  /** Reads the input; what it throws beside a `SottoError` is a crash, and so is a broken promise that it checks. */
  readonly read: (input: Buffer) => unknown
}

export interface Fuzzed {
  readonly runs: number
  /** How many were read without an error: a reader that refuses everything was not looked into. */
  readonly accepted: number
  readonly slowestMs: number
}

const defaultRuns = 100_000
const defaultSeed = 20_261_124
const longestInput = 4096
/** What one input of that size may take; the machine of a test may be busy, so it is tried again before it counts. */
const slowMs = 500
const fixtures = join(import.meta.dirname, 'fixtures')

type Below = (limit: number) => number

export async function fuzz(reader: Reader): Promise<Fuzzed> {
  assert.ok(reader.corpus.length >= 2, `${reader.name} needs a corpus`)
  const seed = numberOf('SOTTO_FUZZ_SEED', defaultSeed)
  const only = process.env['SOTTO_FUZZ_ONLY']
  const runs = numberOf('SOTTO_FUZZ_RUNS', defaultRuns)
  let accepted = 0
  let slowestMs = 0
  const given = [...readFixtures(reader.name), ...reader.corpus]
  for (
    let run = only === undefined ? 0 : Number(only);
    run < (only === undefined ? runs : Number(only) + 1);
    run += 1
  ) {
    const input = given[run] ?? makeInput(reader, repeatableNumbers(seed + Math.imul(run, 2_654_435_761)))
    const outcome = await attempt(reader, input)
    if (outcome.isRead) accepted += 1
    slowestMs = Math.max(slowestMs, outcome.ms)
    const isSlow = outcome.ms > slowMs && (await fastest(reader, input)) > slowMs
    if (outcome.crash === undefined && !isSlow) continue
    const place = keep(reader.name, input)
    const what = isSlow ? `took ${outcome.ms.toFixed(0)} ms` : 'threw what is no SottoError'
    assert.fail(
      `${reader.name} ${what} on input ${String(run)}, kept as ${place}; again with SOTTO_FUZZ_SEED=${String(seed)} SOTTO_FUZZ_ONLY=${String(run)}\n${String(outcome.crash instanceof Error ? outcome.crash.stack : outcome.crash)}`,
    )
  }
  return { runs, accepted, slowestMs }
}

interface Outcome {
  readonly isRead: boolean
  readonly crash: unknown
  readonly ms: number
}

async function attempt(reader: Reader, input: Buffer): Promise<Outcome> {
  const began = performance.now()
  let crash: unknown
  let isRead = true
  try {
    const answer = reader.read(Buffer.from(input))
    // Most readers answer at once, and a hundred thousand turns of the event loop would be most of the time.
    if (answer instanceof Promise) await answer
  } catch (error) {
    isRead = false
    if (!isSottoError(error)) crash = error
  }
  return { isRead, crash, ms: performance.now() - began }
}

async function fastest(reader: Reader, input: Buffer): Promise<number> {
  let ms = Number.POSITIVE_INFINITY
  for (let time = 0; time < 3; time += 1) ms = Math.min(ms, (await attempt(reader, input)).ms)
  return ms
}

function makeInput({ corpus, words, longestBytes = longestInput }: Reader, below: Below): Buffer {
  if (below(20) === 0) return noise(below(below(2) === 0 ? 64 : 512), below)
  let bytes = pick(corpus, below)
  for (let changes = 1 + below(4); changes > 0; changes -= 1) bytes = change(bytes, { corpus, words, below })
  return bytes.subarray(0, longestBytes)
}

interface ChangeInput {
  readonly corpus: readonly Buffer[]
  readonly words: readonly string[]
  readonly below: Below
}

function change(bytes: Buffer, { corpus, words, below }: ChangeInput): Buffer {
  const at = below(bytes.length + 1)
  const to = Math.min(bytes.length, at + below(below(4) === 0 ? 256 : 12))
  const replace = (piece: Buffer, end = at): Buffer =>
    Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(end)])
  switch (below(9)) {
    case 0:
      return replace(Buffer.alloc(0), to)
    case 1:
      return bytes.subarray(0, at)
    case 2:
      return replace(Buffer.of((bytes[at] ?? 0) ^ (1 << below(8))), at + 1)
    case 3:
      return replace(Buffer.of(pick(edgeBytes, below)), at + below(2))
    case 4:
      return replace(bytes.subarray(at, to))
    case 5:
      return replace(pick(words, below) === '' ? noise(4, below) : Buffer.from(pick(words, below)), at + below(3))
    case 6:
      return replace(noise(below(8), below), at + below(8))
    case 7: {
      const other = pick(corpus, below)
      return replace(other.subarray(below(other.length + 1)), to)
    }
    default: {
      // The same piece many times: what is quadratic, or recurses, shows there.
      const piece = below(2) === 0 ? bytes.subarray(at, to) : Buffer.from(pick(words, below))
      return replace(Buffer.concat(Array.from({ length: 1 + below(200) }, () => piece)).subarray(0, longestInput))
    }
  }
}

const edgeBytes = [0, 1, 9, 10, 13, 32, 34, 39, 45, 58, 92, 123, 125, 127, 128, 192, 237, 239, 254, 255]

function noise(size: number, below: Below): Buffer {
  const printable = below(2) === 0
  return Buffer.from(Array.from({ length: size }, () => (printable ? 32 + below(95) : below(256))))
}

function pick<T>(from: readonly T[], below: Below): T {
  return from[below(from.length)]!
}

function readFixtures(name: string): readonly Buffer[] {
  const folder = join(fixtures, name)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .toSorted()
    .map((file) => readFileSync(join(folder, file)))
}

function keep(name: string, input: Buffer): string {
  const folder = join(fixtures, name)
  mkdirSync(folder, { recursive: true })
  const file = join(folder, createHash('sha256').update(input).digest('hex').slice(0, 16))
  writeFileSync(file, input)
  return file
}

function numberOf(variable: string, otherwise: number): number {
  const given = process.env[variable]
  return given === undefined || given === '' ? otherwise : Number(given)
}

/** Fuzzes it and looks whether that went anywhere: a reader that refuses all, or takes all, was not looked into. */
export async function checkReader(reader: Reader): Promise<void> {
  const { runs, accepted } = await fuzz(reader)
  // Sealed bytes are read only as they were sealed.
  if (runs > 1000) assert.ok(accepted >= 1, `${reader.name} refused every input`)
}
