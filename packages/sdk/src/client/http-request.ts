/** Writes the input of an operation as a request; `model/route.ts` draws how. */
import type { Operation } from '../model/operations.ts'
import { byName, hasBody, isPathId, pathMember } from '../model/route.ts'

/** Nothing that is stored has a longer name, so its beginning finds as little; and an address has a limit. */
const longestName = 1000

/** What of a request follows from the operation and its input. */
export interface OperationRequest {
  /** Below the address of the workspace, with the query: `/secrets?limit=10`. */
  readonly target: string
  /** JSON as text. */
  readonly body?: string | undefined
}

/** Members that are `undefined` do not travel. */
export function writeRequest(operation: Operation, input: object): OperationRequest {
  const members = new Map<string, unknown>(Object.entries(input))
  const query: string[] = []
  let path = operation.path
  const member = pathMember(operation)
  if (member !== undefined) {
    const value = members.get(member)
    members.delete(member)
    const inPath = typeof value === 'string' && isPathId(value)
    if (!inPath) addParameter(query, member, typeof value === 'string' ? value.slice(0, longestName) : value)
    path = path.replace(`{${member}}`, inPath ? value : byName)
  }
  if (!hasBody(operation)) for (const [name, value] of members) addParameter(query, name, value)
  return {
    target: query.length === 0 ? path : `${path}?${query.join('&')}`,
    body: hasBody(operation) ? JSON.stringify(Object.fromEntries(members)) : undefined,
  }
}

/** Members of members are written in brackets, as OpenAPI's `deepObject` has it: `created[from]=2026-01-01`. */
function addParameter(query: string[], name: string, value: unknown): void {
  if (value === undefined) return
  if (typeof value === 'object' && value !== null) {
    for (const [inner, each] of Object.entries(value)) addParameter(query, `${name}[${inner}]`, each)
    return
  }
  query.push(`${encode(name)}=${encode(typeof value === 'string' ? value : JSON.stringify(value))}`)
}

/** Half of a character has no form in an address; nothing that is stored has such a name. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}
