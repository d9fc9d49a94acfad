/**
 * Sotto's operations against the store. `createService` puts the parts together; `service.as(actor)` is the `Api` of one
 * caller. The service is the only door to the data, for embedded use and for servers alike: see `door.ts`.
 */
import type { Api, IdentityExchange, NewToken, OperationName } from '@sotto/sdk/model'
import { callOperation, createApi } from './api.ts'
import { RefusedCallers } from './audit/refused-callers.ts'
import type { Input, Output } from './door.ts'
import type { Actor, ServiceParts } from './parts.ts'
import { authenticate } from './principals/signed-in.ts'
import type { SignInPlace } from './principals/signed-in.ts'
import { exchangeIdentity } from './trusts/exchange-identity.ts'
import type { ExchangePlace } from './trusts/exchange-identity.ts'

export interface Service {
  /** Every operation, done for this caller. */
  as(actor: Actor): Api
  /** One operation for a caller of whom nothing else is asked. */
  call<N extends OperationName>(actor: Actor, name: N, input: Input<N>): Promise<Output<N>>
  /**
   * Who the credential (the text of a token) stands for, in the workspace that is named. Throws `not_signed_in`, alike for
   * whatever reason. An actor may be kept for as long as its credential is: every call looks at its token again.
   */
  authenticate(credential: string, place: SignInPlace): Promise<Actor>
  /** Those for whom that failed. */
  readonly refusedCallers: RefusedCallers
  /** A token of a service account for an identity token that a trust of it fits. Throws `not_signed_in`, `unsupported`. */
  exchangeIdentity(input: IdentityExchange, place: ExchangePlace): Promise<NewToken>
}

export function createService(parts: ServiceParts): Service {
  return {
    as: (actor) => createApi(parts, actor),
    call: (actor, name, input) => callOperation(parts, actor, { name, input }),
    authenticate: (credential, place) => authenticate(parts, credential, place),
    refusedCallers: new RefusedCallers(parts),
    exchangeIdentity: (input, place) => exchangeIdentity(parts, input, place),
  }
}
