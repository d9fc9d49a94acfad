/** Entry `sotto`: what a program that uses secrets imports. It puts the client and the way to an Api together. */
import { Client as ApiClient } from '@sotto/sdk'
import { connect } from './connect/connect.ts'
import type { Connection, ConnectOptions } from './connect/connect.ts'

/**
 * Secrets, components, stacks and runs, wherever they are: of the step we run in, of a server, or of the store on
 * this machine. Nothing is opened until the first call.
 *
 * @example
 * import { Client } from 'sotto'
 *
 * await using client = new Client()
 * const secret = await client.getSecret('my_secret')
 * console.log(secret.values['password']) // ***
 */
export class Client extends ApiClient {
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
  Attempt,
  ByKey,
  CheckInput,
  CheckItem,
  CheckReport,
  Component,
  ComponentInput,
  ComponentType,
  ComponentWrite,
  DeclaredSecret,
  ErrorCode,
  Flavor,
  FlavorAttribute,
  GetSecretOptions,
  Json,
  JsonObject,
  NewSecret,
  Outcome,
  Reference,
  ReferenceUse,
  Run,
  RunDetail,
  RunState,
  Scope,
  ScopeOption,
  SecretChanges,
  SecretDescription,
  SecretFilter,
  SecretKey,
  SecretRead,
  SecretSort,
  SecretVersion,
  SecretWrite,
  Stack,
  StackInput,
  Template,
  ValidationLevel,
  ValueInput,
} from '@sotto/sdk'
export type { ConnectOptions } from './connect/connect.ts'
