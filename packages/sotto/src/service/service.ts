/**
 * Sotto's operations against the store. `createService` puts the parts together; `service.as(actor)` is the `Api` of one
 * caller. The service is the only door to the data, for embedded use and for servers alike: see `door.ts`.
 */
import type { Api, OperationName } from '@sotto/sdk/model'
import { callOperation, createApi } from './api.ts'
import type { Input, Output } from './door.ts'
import type { Actor, ServiceParts } from './parts.ts'

export interface Service {
  /** Every operation, done for this caller. */
  as(actor: Actor): Api
  /** One operation for a caller of whom nothing else is asked. */
  call<N extends OperationName>(actor: Actor, name: N, input: Input<N>): Promise<Output<N>>
}

export function createService(parts: ServiceParts): Service {
  return {
    as: (actor) => createApi(parts, actor),
    call: (actor, name, input) => callOperation(parts, actor, { name, input }),
  }
}
