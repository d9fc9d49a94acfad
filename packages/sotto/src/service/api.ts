/** The `Api` of one caller: every operation of the table, through the door. A missing handler is a compile error. */
import { operationNames } from '@sotto/sdk/model'
import type { Api, OperationName } from '@sotto/sdk/model'
import { auditHandlers } from './audit/audit.ts'
import { backupHandlers } from './backup/create-backup.ts'
import { checkHandlers } from './references/check.ts'
import { componentHandlers } from './stacks/components.ts'
import { Door } from './door.ts'
import type { AnyHandlers, Input, Output } from './door.ts'
import { flavorHandlers } from './stacks/flavors.ts'
import { keyHandlers } from './keys/keys.ts'
import type { Actor, ServiceParts } from './parts.ts'
import { grantHandlers } from './principals/grants.ts'
import { principalHandlers } from './principals/principals.ts'
import { tokenHandlers } from './principals/tokens.ts'
import { resolveHandlers } from './references/resolve-references.ts'
import { runLogHandlers } from './runs/run-logs.ts'
import { runHandlers } from './runs/runs.ts'
import { secretHandlers } from './secrets/secrets.ts'
import { workspaceHandlers } from './workspaces.ts'
import { stackTrustHandlers } from './stacks/stack-trust.ts'
import { stackHandlers } from './stacks/stacks.ts'
import { trustHandlers } from './trusts/trusts.ts'
import { storeHandlers } from './store-description.ts'

/** A noun adds its table of handlers here. */
const handlers: AnyHandlers<OperationName> = {
  ...secretHandlers,
  ...flavorHandlers,
  ...componentHandlers,
  ...stackHandlers,
  ...stackTrustHandlers,
  ...workspaceHandlers,
  ...checkHandlers,
  ...resolveHandlers,
  ...runHandlers,
  ...runLogHandlers,
  ...principalHandlers,
  ...trustHandlers,
  ...tokenHandlers,
  ...grantHandlers,
  ...auditHandlers,
  ...storeHandlers,
  ...keyHandlers,
  ...backupHandlers,
}

/** Does one operation for a caller. */
export function callOperation<N extends OperationName>(
  parts: ServiceParts,
  actor: Actor,
  { name, input }: { readonly name: N; readonly input: Input<N> },
): Promise<Output<N>> {
  const handler: AnyHandlers<OperationName>[N] = handlers[name]
  return new Door(parts, actor).enter(name, input, handler)
}

export function createApi(parts: ServiceParts, actor: Actor): Api {
  const bind = <N extends OperationName>(name: N): Api[N] =>
    ((input: Input<N>) => callOperation(parts, actor, { name, input })) as Api[N] // the door's types are those of the Api
  return Object.fromEntries(operationNames.map((name) => [name, bind(name)])) as unknown as Api // an entry for each operation
}
