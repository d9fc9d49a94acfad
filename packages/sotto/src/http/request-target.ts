/**
 * Reads the address of a request. Ids and words are all that a path of ours may hold, so everything by which paths are
 * made ambiguous is refused as it is: percent signs, `.` and `..`, empty parts, backslashes, NUL.
 */
import { malformed } from './request-error.ts'

export interface RequestTarget {
  /** The parts between the slashes, without the empty one in front. */
  readonly parts: readonly string[]
  /** In their order; a name stands here at most once. */
  readonly query: ReadonlyMap<string, string>
}

/** A path of ours: no part begins with a dot, none is empty. */
const path = /^(?:\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)+$/
const queryText = /^[\x21-\x22\x24-\x7e]*$/
const mostParameters = 100
const none: ReadonlyMap<string, string> = new Map()

/** Throws `request_malformed`. `target` is the second word of the request line. */
export function readTarget(target: string): RequestTarget {
  const mark = target.indexOf('?')
  const before = mark === -1 ? target : target.slice(0, mark)
  if (!path.test(before) && before !== '/') throw malformed('its path has a part that no path of ours has')
  const parts = before === '/' ? [] : before.slice(1).split('/')
  return { parts, query: mark === -1 ? none : readQuery(target.slice(mark + 1)) }
}

function readQuery(text: string): ReadonlyMap<string, string> {
  if (text === '') return none
  if (!queryText.test(text)) throw malformed('its query has characters that must be written with a percent sign')
  const pairs = text.split('&')
  if (pairs.length > mostParameters) throw malformed(`its query has more than ${String(mostParameters)} parameters`)
  const query = new Map<string, string>()
  for (const pair of pairs) {
    const equals = pair.indexOf('=')
    if (equals === -1) throw malformed('a parameter of its query has no value')
    const name = decode(pair.slice(0, equals))
    if (query.has(name)) throw malformed('a parameter of its query is given twice')
    query.set(name, decode(pair.slice(equals + 1)))
  }
  return query
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw malformed('its query is not UTF-8 in percent signs')
  }
}
