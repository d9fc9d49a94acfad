/**
 * How the input of an operation travels over HTTP, for client and server alike.
 *
 *     PATCH /secrets/{secret}         the member `secret` of the input, where it is an id
 *     PATCH /secrets/by-name?secret=  the same, where it is a name or is left out
 *
 * The other members travel by query (`limit=10`, `labels[team]=data`) with GET and DELETE, and as a JSON body otherwise.
 * A name never stands in a path, so that no name can be mistaken for a part of one.
 */
import type { Operation } from './operations.ts'

/** Below it lie the operations of a workspace: `/api/v1/workspaces/default/secrets`. */
export const apiPath = '/api/v1/workspaces/'

/** Stands in a path where the member is given by query. */
export const byName = 'by-name'

/** A UUID, or the 16 digits of a data key. */
const id = /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{16})$/i

/** May the text stand in a path? */
export function isPathId(text: string): boolean {
  return id.test(text)
}

/** The member of the input that stands in the path: `secret` for `/secrets/{secret}/rename`. */
export function pathMember({ path }: Pick<Operation, 'path'>): string | undefined {
  return /\{(?<member>[^}]+)\}/.exec(path)?.groups?.['member']
}

/** Does the input, apart from the member in the path, travel as a JSON body? */
export function hasBody({ method }: Pick<Operation, 'method'>): boolean {
  return method !== 'GET' && method !== 'DELETE'
}
