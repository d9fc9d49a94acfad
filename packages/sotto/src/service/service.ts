/**
 * Sotto's operations against the store. `createService` puts the parts together; `service.as(actor)` is the `Api` of one
 * caller. The service is the only door to the data, for embedded use and for servers alike: see `door.ts`.
 */
import type { Api } from '@sotto/sdk/model'
import { createApi } from './api.ts'
import type { Actor, ServiceParts } from './parts.ts'

export interface Service {
  /** Every operation, done for this caller. */
  as(actor: Actor): Api
}

export function createService(parts: ServiceParts): Service {
  return { as: (actor) => createApi(parts, actor) }
}
