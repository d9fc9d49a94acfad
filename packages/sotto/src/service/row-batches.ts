/** Loads many rows by a column in few statements. */
import type { Rows } from '../store/rows.ts'
import type { SqlValue } from '../store/store.ts'
import type { Table } from '../store/table.ts'

/** Few sizes, so that few texts of SQL are prepared; a database takes at least 32,766 parameters. */
const batchSizes = [1, 16, 256, 1024, 4096]

export interface BatchQuery {
  /** What must hold besides, with `$1` and so on for `params`; ends in AND. */
  readonly where?: string
  readonly params?: readonly SqlValue[]
  readonly column: string
  readonly values: Iterable<string>
}

/** All rows whose column has one of the values. Throws `row_altered`. */
export async function listBatch<R extends object>(
  rows: Rows,
  table: Table<R>,
  query: BatchQuery,
): Promise<readonly R[]> {
  const { where = '', params = [], column } = query
  const values = [...new Set(query.values)]
  const found: R[] = []
  for (let at = 0; at < values.length;) {
    const left = values.length - at
    const size = batchSizes.find((each) => each >= left) ?? 4096
    const batch = values.slice(at, at + size)
    at += batch.length
    // Filled up with a value that is in it already, which finds nothing twice.
    const filled = Array.from({ length: size }, (_, index) => batch[index] ?? batch[0] ?? '')
    const places = filled.map((_, index) => `$${String(params.length + index + 1)}`).join(', ')
    found.push(...(await rows.list(table, `WHERE ${where} ${column} IN (${places})`, [...params, ...filled])))
  }
  return found
}
