/** Entry `@sotto/sdk`: the model, the references and the client. */
export * from './model/index.ts'
export * from './references/index.ts'
export { Client } from './client/client.ts'
export { createHttpApi } from './client/http-api.ts'
export type { HttpApiOptions } from './client/http-api.ts'
export type { RetryOptions } from './client/retry.ts'
export { exchangeIdentity } from './client/exchange-identity.ts'
export type { HttpAnswer, HttpRequest, Transport } from './client/transport.ts'
export type {
  ClientOptions,
  GetSecretOptions,
  RollbackOptions,
  ScopeOption,
  UndeleteOptions,
} from './client/options.ts'
export { Secret } from './client/secret.ts'
export type { ByKey } from './client/secret.ts'
export type { NewSecret, SecretChanges, SecretFilter, ValueInput } from './client/secret-input.ts'
