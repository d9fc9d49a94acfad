/**
 * Cursors of lists: where the next page begins, as opaque text. A cursor carries an HMAC over the operation, the caller,
 * filter and sort, so it is of use only for the list that gave it.
 */
import { SottoError } from '@sotto/sdk/model'
import type { Json, Page, PageQuery } from '@sotto/sdk/model'
import type { MacPart } from '../keys/mac.ts'
import { canonicalJson } from '../store/canonical-json.ts'
import type { Call } from './call.ts'

/** The sort keys of the last row of a page. */
export type Position = readonly (string | number)[]

const macSize = 32
const defaultLimit = 100
const largestLimit = 1000

/** Rows of a page; a limit outside 1 to 1,000 is refused with `input_invalid`. */
export function pageLimit(query: PageQuery): number {
  const { limit = defaultLimit } = query
  if (Number.isInteger(limit) && limit >= 1 && limit <= largestLimit) return limit
  throw new SottoError('input_invalid', `the limit of a page is a whole number from 1 to ${String(largestLimit)}`)
}

/** Where the query's page begins: behind this position, or at the start. A cursor of another list is `input_invalid`. */
export function pageStart(call: Call, query: PageQuery): Position | undefined {
  if (query.cursor === undefined) return undefined
  const bytes = Buffer.from(query.cursor, 'base64url')
  const position = bytes.subarray(macSize).toString()
  if (
    bytes.length > macSize &&
    call.parts.keyring.current.verifyCursorMac(cursorParts(call, query, position), bytes.subarray(0, macSize))
  ) {
    return JSON.parse(position) as Position // the HMAC says that we wrote it
  }
  throw new SottoError('input_invalid', 'the cursor does not belong to this list', {
    hint: 'start again without a cursor',
  })
}

/**
 * A page made of one row more than its limit: the row too many says that there is a next page, and is left out.
 * `positionOf` gives the sort keys of a row.
 */
export async function toPage<R, T>(
  call: Call,
  query: PageQuery,
  page: { readonly rows: readonly R[]; positionOf: (row: R) => Position; describe: (row: R) => T | Promise<T> },
): Promise<Page<T>> {
  const limit = pageLimit(query)
  const shown = page.rows.slice(0, limit)
  const items: T[] = []
  // One after another: a describe may use the transaction.
  for (const row of shown) {
    const item = page.describe(row)
    items.push(item instanceof Promise ? await item : item) // a promise for each shows in a long list
  }
  const last = shown.at(-1)
  if (page.rows.length <= limit || last === undefined) return { items }
  const position = JSON.stringify(page.positionOf(last))
  const mac = call.parts.keyring.current.cursorMac(cursorParts(call, query, position))
  return { items, cursor: Buffer.concat([mac, Buffer.from(position)]).toString('base64url') }
}

function cursorParts(call: Call, query: PageQuery, position: string): MacPart[] {
  const { cursor: _cursor, limit: _limit, ...list } = query
  const defined = Object.fromEntries(Object.entries(list).filter(([, value]) => value !== undefined))
  return [call.operation, call.workspaceId, call.principal.id, canonicalJson(defined as Json), position] // a query is JSON
}
