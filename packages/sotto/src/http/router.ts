/** Finds the operation of an address: the table of operations, turned round. */
import { apiPath, byName, isPathId, operationNames, operations, SottoError } from '@sotto/sdk/model'
import type { OperationName } from '@sotto/sdk/model'

export interface Route {
  readonly operation: OperationName
  /** Name or id of the workspace, as it was written. */
  readonly workspace: string
  /** What stands in the path for `{…}`; `undefined` where it is given by query. */
  readonly inPath: string | undefined
}

/** `secrets/{}/rename` -> method -> operation. */
const routes = new Map<string, Map<string, OperationName>>()
for (const name of operationNames) {
  const { method, path } = operations[name]
  const pattern = path.slice(1).replace(/\{[^}]+\}/, '{}')
  const methods = routes.get(pattern) ?? new Map<string, OperationName>()
  routes.set(pattern, methods.set(method, name))
}

/** `api`, `v1`, `workspaces`. */
const front = apiPath.split('/').filter((part) => part !== '')

/** Codes: `route_unknown`, and `method_not_allowed` whose details have what is allowed. */
export function findRoute(method: string, parts: readonly string[]): Route {
  const workspace = parts[front.length]
  if (workspace === undefined || front.some((part, index) => parts[index] !== part)) throw unknownRoute()
  const rest = parts.slice(front.length + 1)
  const second = rest[1]
  let methods = routes.get(rest.join('/'))
  let inPath: string | undefined
  if (methods === undefined && second !== undefined && (second === byName || isPathId(second))) {
    methods = routes.get([rest[0], '{}', ...rest.slice(2)].join('/'))
    if (second !== byName) inPath = second
  }
  if (methods === undefined) throw unknownRoute()
  const operation = methods.get(method)
  if (operation === undefined) throw methodNotAllowed([...methods.keys()])
  return { operation, workspace, inPath }
}

/** The methods are told as the header `Allow` has them. */
export function methodNotAllowed(methods: readonly string[]): SottoError {
  return new SottoError('method_not_allowed', 'the address takes other methods', {
    details: { allow: methods.join(', ') },
  })
}

function unknownRoute(): SottoError {
  return new SottoError('route_unknown', 'no operation has this address', {
    hint: `operations lie below ${apiPath}NAME; see docs/reference/operations.md`,
  })
}
