/**
 * What the audit chain says of rows, held against the rows. An HMAC shows that Sotto wrote a row, not that it wrote it
 * last: someone who can write the database could put an older row back, delete one, or bring a deleted one back, and each
 * of these would pass. But every event lists the rows that were written with it (`Rows.takeWritten`), and nobody without
 * the key can change an event:
 *
 *     TABLE BEFORE AFTER KEY      digests of the row (its HMAC, hex) before and after, `-` for none
 *
 * so after a walk over the chain it is known which rows there are, and in which state.
 */
import type { AuditEventRow } from '../../store/audit.ts'
import type { Rows } from '../../store/rows.ts'
import { tables } from '../../store/schema.ts'
import { protectedColumns } from '../../store/table.ts'

/** 64 bits tell two states of a row apart: nobody without the key can make a row of a wanted digest. */
const keptDigits = 16
const none = '-'

export class RowHistory {
  readonly problems: string[] = []
  /** Digest by `TABLE KEY`; `-` for a row that was deleted. */
  readonly #states = new Map<string, string>()
  /** Does the chain tell of every row? That of a store made before events listed rows does not. */
  #complete = false
  #began = false

  /** The chain begins behind events that were removed; these are the rows as they were then: `TABLE DIGEST KEY`. */
  begin(states: readonly string[]): void {
    this.#began = true
    this.#complete = true
    for (const state of states) {
      const [table = '', digest = '', ...key] = state.split(' ')
      this.#states.set(`${table} ${key.join(' ')}`, digest)
    }
  }

  /** The rows that are there after the events so far, for `begin`; `undefined` where the chain does not tell of every row. */
  get states(): readonly string[] | undefined {
    if (!this.#complete) return undefined
    return [...this.#states].flatMap(([row, digest]) => {
      const [table = '', ...key] = row.split(' ')
      return digest === none ? [] : [`${table} ${digest} ${key.join(' ')}`]
    })
  }

  /** The next event of the chain. */
  follow(event: AuditEventRow): void {
    const written = writtenRows(event.detail)
    if (!this.#began) this.#complete = written.length > 0
    this.#began = true
    for (const entry of written) {
      const [table = '', before = '', after = '', ...key] = entry.split(' ')
      const row = `${table} ${key.join(' ')}`
      const known = this.#states.get(row) ?? (this.#complete ? none : undefined)
      if (known !== undefined && known !== shorten(before)) {
        this.problems.push(`${row} was not as Sotto had left it when event ${String(event.sequence)} changed it`)
      }
      this.#states.set(row, shorten(after))
    }
  }

  /** Compares with the rows that are there. Each row that is then not accounted for was changed outside of Sotto. */
  async compare(rows: Rows): Promise<void> {
    const missing = new Set([...this.#states].filter(([, digest]) => digest !== none).map(([row]) => row))
    for (const table of tables) {
      if (protectedColumns(table).length === 0) continue
      for await (const { key, digest, holds } of rows.inspect(table)) {
        const row = `${table.name} ${key}`
        const isFirst = missing.delete(row)
        const problem = this.#problemOf(row, { digest: holds ? shorten(digest) : undefined, isFirst })
        if (problem !== undefined) this.problems.push(`${row} ${problem}`)
      }
    }
    for (const row of missing) this.problems.push(`${row} was removed outside of Sotto`)
  }

  /** `digest` is `undefined` where the HMAC does not hold. */
  #problemOf(
    row: string,
    { digest, isFirst }: { readonly digest: string | undefined; readonly isFirst: boolean },
  ): string | undefined {
    const known = this.#states.get(row)
    if (digest === undefined) return 'was changed outside of Sotto'
    if (known === digest) return isFirst ? undefined : 'is there twice'
    if (known === none) return 'was deleted, and put back outside of Sotto'
    if (known !== undefined) return 'was put back to an older state'
    return this.#complete ? 'is of another history of this store' : undefined
  }
}

function shorten(digest: string): string {
  return digest.slice(0, keptDigits)
}

function writtenRows(detail: string): readonly string[] {
  // Most events of a busy store are reads, and to parse them all would be half of the walk.
  if (!detail.includes('"rows":')) return []
  try {
    const { rows } = JSON.parse(detail) as { readonly rows?: unknown } // of an object or not: `rows` is looked at below
    return Array.isArray(rows) ? rows.filter((row) => typeof row === 'string') : []
  } catch {
    return [] // the walk over the chain names an event that was altered
  }
}
