/**
 * Rows that were loaded and verified before, remembered while nobody can have changed them:
 *
 *     a statement that writes a table forgets that table's rows, and none are kept until the batch has ended;
 *     a commit of any other connection (PRAGMA data_version, looked at once per batch) forgets all
 *
 * so a remembered row is always what a SELECT would give. Without it a read loads and verifies five rows, which costs
 * more than opening the value.
 */

/** Per table. Only small rows are kept, so that this is at most a few megabytes. */
const mostRows = 4096
const largestRow = 2048

export class RowMemory {
  readonly #tables = new Map<string, Map<string, object | undefined>>()
  readonly #written = new Set<string>()
  #everythingWritten = false
  #dataVersion: unknown = undefined

  /** At the beginning of a batch, inside its transaction. Has another connection committed since the one before? */
  beginBatch(dataVersion: unknown): boolean {
    this.#written.clear()
    this.#everythingWritten = false
    if (dataVersion === this.#dataVersion) return false
    const first = this.#dataVersion === undefined
    this.#tables.clear()
    this.#dataVersion = dataVersion
    return !first
  }

  /** A statement writes this table; without one, who knows which. */
  write(table: string | undefined): void {
    if (table === undefined) {
      this.#tables.clear()
      this.#everythingWritten = true
    } else {
      this.#tables.delete(table)
      this.#written.add(table)
    }
  }

  /** What `remember` kept under the key; `{ row: undefined }` for a row that is known not to be there. */
  recall(table: string, key: string): { readonly row: object | undefined } | undefined {
    const rows = this.#tables.get(table)
    if (rows === undefined) return undefined
    const row = rows.get(key)
    return row === undefined && !rows.has(key) ? undefined : { row }
  }

  remember(table: string, key: string, row: object | undefined): void {
    if (this.#everythingWritten || this.#written.has(table) || sizeOf(row) > largestRow) return
    let rows = this.#tables.get(table)
    if (rows === undefined) this.#tables.set(table, (rows = new Map<string, object | undefined>()))
    if (rows.size >= mostRows) rows.clear()
    rows.set(key, row)
  }
}

function sizeOf(row: object | undefined): number {
  let size = 0
  for (const value of Object.values(row ?? {})) {
    if (typeof value === 'string' || value instanceof Uint8Array) size += value.length
  }
  return size
}
