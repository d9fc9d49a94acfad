/**
 * Metrics, parameters and tags in requests that MLflow takes. Its rules are checked here, since of its own refusal we show
 * only the code; and values over its limits are refused, because the server would cut them without a word.
 *
 * Source: https://mlflow.org/docs/latest/rest-api.html#log-batch; `mlflow/utils/validation.py` of MLflow 3.17
 */
import { posix } from 'node:path'
import { shown, SottoError } from '@sotto/sdk/model'

export interface Entry {
  readonly key: string
  readonly value: string | number
}

/** Most entries of a kind in one request. */
export const batchSizes = { metrics: 1000, params: 100, tags: 100 } as const

/** Most characters of a value. */
const valueLengths = { params: 6000, tags: 8000 } as const

const nameLength = 250

/** A request may have 1 MB; the rest is for its frame. */
const batchBytes = 950_000

/** Refuses names and values that MLflow would refuse or cut; every problem at once. Code: `input_invalid`. */
export function requireEntries(kind: keyof typeof batchSizes, entries: readonly Entry[]): void {
  const noun = { metrics: 'metric', params: 'parameter', tags: 'tag' }[kind]
  const problems = entries.flatMap(({ key, value }) => {
    const problem =
      nameProblem(key) ?? (kind === 'metrics' ? undefined : valueProblem(String(value), valueLengths[kind]))
    return problem === undefined ? [] : [`${noun} ${shown(key)} ${problem}`]
  })
  if (problems.length === 0) return
  throw new SottoError('input_invalid', problems.join('; '), {
    hint: 'names: letters, digits and _ - . : / and blanks, at most 250 characters; long values: log them as an artifact',
  })
}

/** A metric as MLflow takes it. JSON has no NaN and no infinity; MLflow reads them as words. */
export function metricValue(value: number): number | string {
  return Number.isFinite(value) ? value : String(value)
}

/** Splits entries into requests, in their order. */
export function batchesOf<T>(entries: readonly T[], size: number): readonly (readonly T[])[] {
  const batches: T[][] = []
  let current: T[] = []
  let bytes = 0
  for (const entry of entries) {
    const entryBytes = Buffer.byteLength(JSON.stringify(entry)) + 1
    if (current.length === size || (current.length > 0 && bytes + entryBytes > batchBytes)) {
      batches.push(current)
      current = []
      bytes = 0
    }
    current.push(entry)
    bytes += entryBytes
  }
  if (current.length > 0) batches.push(current)
  return batches
}

function nameProblem(name: string): string | undefined {
  if (name === '') return 'has no name'
  if ([...name].length > nameLength) return `has a name of more than ${String(nameLength)} characters`
  if (!/^[\p{L}\p{N}_\-. :/]+$/u.test(name)) return 'has a name with characters that MLflow does not take'
  // Names become files in some of MLflow's stores.
  if (
    posix.normalize(name) !== name ||
    name === '.' ||
    name.startsWith('..') ||
    name.startsWith('/') ||
    name.endsWith('/')
  ) {
    return 'has a name that MLflow does not take as a path'
  }
  return undefined
}

function valueProblem(value: string, most: number): string | undefined {
  const length = [...value].length
  return length > most ? `has a value of ${String(length)} characters; MLflow keeps ${String(most)}` : undefined
}
