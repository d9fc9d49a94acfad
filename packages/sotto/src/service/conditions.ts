/** Builds the WHERE of a list: texts of SQL with their parameters. Values only ever go in as parameters. */
import type { TimeRange } from '@sotto/sdk/model'
import type { SqlValue } from '../store/store.ts'
import type { Position } from './cursor.ts'
import { parseTime } from './time.ts'

export class Conditions {
  readonly params: SqlValue[]
  readonly #texts: string[] = []

  /** With the parameters of others, to become a part of theirs. */
  constructor(params: SqlValue[] = []) {
    this.params = params
  }

  /** Adds a condition; each `?` in it is replaced by the number of the next value. */
  add(text: string, ...values: readonly SqlValue[]): void {
    let next = 0
    this.#texts.push(text.replaceAll('?', () => this.#place(values[next++] ?? null)))
  }

  /** Adds `column = value` where there is a value. */
  equals(column: string, value: string | undefined): void {
    if (value !== undefined) this.add(`${column} = ?`, value)
  }

  /** Adds the range of names that begin with the prefix. Names are ASCII, so none sorts behind the prefix and U+007F. */
  prefix(column: string, prefix: string | undefined): void {
    if (prefix !== undefined) this.add(`${column} >= ? AND ${column} < ?`, prefix, `${prefix}\u007f`)
  }

  /** Adds that the name is one of these, exact or as `prefix*`; `undefined` for any. */
  named(column: string, patterns: readonly string[] | undefined): void {
    if (patterns === undefined) return
    const texts = patterns.map((pattern) =>
      pattern.endsWith('*') ? `${column} >= ? AND ${column} < ?` : `${column} = ?`,
    )
    const values = patterns.flatMap((pattern) =>
      pattern.endsWith('*') ? [pattern.slice(0, -1), `${pattern.slice(0, -1)}\u007f`] : [pattern],
    )
    this.add(texts.length === 0 ? '1 = 0' : texts.join(' OR '), ...values)
  }

  /** Adds a range of times. Throws `input_invalid`. */
  times(column: string, what: string, range: TimeRange | undefined): void {
    if (range?.from !== undefined) this.add(`${column} >= ?`, parseTime(what, range.from))
    if (range?.until !== undefined) this.add(`${column} < ?`, parseTime(what, range.until))
  }

  /** Adds that the sort columns lie behind the position. */
  behind(columns: readonly string[], direction: 'ascending' | 'descending', after: Position | undefined): void {
    if (after === undefined) return
    const places = after.map(() => '?').join(', ')
    this.add(`(${columns.join(', ')}) ${direction === 'ascending' ? '>' : '<'} (${places})`, ...after)
  }

  /** Adds a condition whose parameters are among ours already. */
  join(text: string): void {
    this.#texts.push(text)
  }

  /** All of them as one condition; of none, one that always holds. */
  get text(): string {
    return this.#texts.length === 0 ? '1 = 1' : this.#texts.map((text) => `(${text})`).join(' AND ')
  }

  /** `WHERE …`, or nothing. */
  get where(): string {
    return this.#texts.length === 0 ? '' : `WHERE ${this.text}`
  }

  #place(value: SqlValue): string {
    this.params.push(value)
    return `$${String(this.params.length)}`
  }
}
