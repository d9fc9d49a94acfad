/**
 * What the condition of a query says of single columns. A database finds rows through indexes, views and collations, and
 * whoever can write it can make each of them lie: the HMAC of the row that was found then holds, and it is another row
 * than the one that was asked for. So `Rows` holds each row against its condition once more.
 *
 * Only what must hold for every row is read: `column = $n` and `column IS NULL`, joined by AND, with any parentheses.
 */
import type { SqlRow, SqlValue } from './store.ts'

export interface Equality {
  readonly column: string
  /** Which parameter it equals, from 0; `undefined` where it is null. */
  readonly place: number | undefined
}

/** More texts than the program has; lists with their limits make a few of each. */
const mostTexts = 1000
const known = new Map<string, readonly Equality[]>()

/** The equalities in the SQL behind WHERE, or in clauses that begin with it. */
export function equalitiesOf(sql: string): readonly Equality[] {
  const before = known.get(sql)
  if (before !== undefined) return before
  const read = readConjunction(sql.replace(/^\s*WHERE\s/, ''))
  if (known.size >= mostTexts) known.clear()
  known.set(sql, read)
  return read
}

/** Do they hold for the row? */
export function equalitiesHold(equalities: readonly Equality[], row: SqlRow, params: readonly SqlValue[]): boolean {
  return equalities.every(({ column, place }) => sameValue(row[column], place === undefined ? null : params[place]))
}

export function sameValue(left: SqlValue | undefined, right: SqlValue | undefined): boolean {
  if (left instanceof Uint8Array && right instanceof Uint8Array) return Buffer.compare(left, right) === 0
  return left === right
}

function readConjunction(text: string): readonly Equality[] {
  return conjuncts(text).flatMap((part): readonly Equality[] => {
    const trimmed = part.trim()
    if (trimmed.startsWith('(') && trimmed.endsWith(')')) return readConjunction(trimmed.slice(1, -1))
    const [, column, number] = /^(\w+) (?:= \$(\d+)|IS NULL)$/.exec(trimmed) ?? []
    return column === undefined ? [] : [{ column, place: number === undefined ? undefined : Number(number) - 1 }]
  })
}

/** The parts that AND joins outside of parentheses; none where an OR lets rows in without them. */
function conjuncts(text: string): readonly string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (const { 0: token, index } of text.matchAll(/[()]|\b(?:AND|OR|ORDER BY|LIMIT)\b/g)) {
    if (token === '(') depth += 1
    else if (token === ')') depth -= 1
    if (depth < 0) return []
    if (depth > 0 || token === ')') continue
    if (token === 'OR') return []
    parts.push(text.slice(start, index))
    if (token !== 'AND') return parts
    start = index + token.length
  }
  return [...parts, text.slice(start)]
}
