/** Paging and ranges of lists. */
export interface PageQuery {
  /** Opaque text from the page before; bound to caller, filter and sort. */
  readonly cursor?: string | undefined
  /** 1 to 1,000; 100 by default. */
  readonly limit?: number | undefined
}

/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[]
  /** Absent on the last page. */
  readonly cursor?: string
}

/** RFC 3339 times: `from` inclusive, `until` exclusive. */
export interface TimeRange {
  readonly from?: string | undefined
  readonly until?: string | undefined
}

/** Walks all pages of a list. */
export async function* everyItem<Q extends PageQuery, T>(
  list: (query: Q) => Promise<Page<T>>,
  query: Q,
): AsyncGenerator<T, void, void> {
  let cursor = query.cursor
  do {
    const page = await list(cursor === undefined ? query : { ...query, cursor })
    yield* page.items
    cursor = page.cursor
  } while (cursor !== undefined)
}
