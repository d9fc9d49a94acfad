/** Entry `sotto`: what a program that uses secrets imports. It puts the client and the way to an Api together. */
import { Client as ApiClient } from '@sotto/sdk'
import { connect } from './connect/connect.ts'
import type { Connection, ConnectOptions } from './connect/connect.ts'

/**
 * It finds by itself where they are: with the step we run in, at a server, or in the store on this machine.
 * Nothing is opened until the first call.
 *
 * @example
 * import { Client } from 'sotto'
 *
 * await using client = new Client()
 * const secret = await client.getSecret('my_secret')
 * console.log(secret.values['password']) // ***
 */
export class Client extends ApiClient {
  /** Takes where to connect, where that is not to be found by itself. Opens nothing. */
  constructor(options: ConnectOptions = {}) {
    let connection: Promise<Connection> | undefined
    super({
      api: async () => {
        connection = connect(options)
        return (await connection).api
      },
      close: async () => {
        // A connection that failed has told whoever asked for it, and has nothing to close.
        const opened = await connection?.catch(() => undefined)
        await opened?.close()
      },
    })
  }
}

export {
  componentTypes,
  escapeText,
  formatReference,
  isSensitive,
  isSottoError,
  parseTemplate,
  Secret,
  Sensitive,
  SottoError,
  substitute,
} from '@sotto/sdk'
export type {
  Api,
  ArtifactRecord,
  Attempt,
  AttributeType,
  ByKey,
  CheckInput,
  CheckItem,
  CheckReport,
  Component,
  ComponentInput,
  ComponentType,
  ComponentUpdate,
  ComponentWrite,
  DeclaredSecret,
  ErrorCode,
  ErrorDetails,
  ErrorShape,
  Flavor,
  FlavorAttribute,
  GetSecretOptions,
  Id,
  Json,
  JsonObject,
  NewSecret,
  Outcome,
  PlacedSettings,
  Reference,
  ReferenceUse,
  RollbackOptions,
  Run,
  RunDetail,
  RunQuery,
  RunState,
  Scope,
  ScopeOption,
  SecretChanges,
  SecretDescription,
  SecretDiff,
  SecretFilter,
  SecretInput,
  SecretKey,
  SecretPreview,
  SecretQuery,
  SecretRead,
  SecretSort,
  SecretUpdate,
  SecretVersion,
  SecretWrite,
  SottoErrorOptions,
  Stack,
  StackComponents,
  StackInput,
  StackUpdate,
  Template,
  TimeRange,
  UndeleteOptions,
  ValidationLevel,
  ValueInput,
  VersionSelector,
} from '@sotto/sdk'
export type { ConnectOptions } from './connect/connect.ts'
