/** What the tests over HTTP share: a real server in this process, for any number of callers. */
import { randomBytes } from 'node:crypto'
import { SottoError } from '@sotto/sdk/model'
import type { Api } from '@sotto/sdk/model'
import type { Actor } from '../../service/parts.ts'
import { defaultLimits } from '../parts.ts'
import type { HttpLimits, HttpParts, LogEntry } from '../parts.ts'
import { startHttpServer } from '../server.ts'
import type { HttpServer } from '../server.ts'

export interface TestServer extends HttpServer {
  /** A token with which this Api is reached. */
  readonly tokenOf: (api: Api) => string
  readonly logged: readonly LogEntry[]
  /** Addresses of callers that were not signed in. */
  readonly refused: readonly string[]
}

/** Tokens are kept here in place of a store's: who is behind one is for the service to say. */
export async function startTestServer(
  options: { limits?: Partial<HttpLimits>; ready?: () => Promise<void> } = {},
): Promise<TestServer> {
  const actors = new Map<string, Actor>()
  const apis = new Map<Actor, Api>()
  const logged: LogEntry[] = []
  const refused: string[] = []
  const parts: HttpParts = {
    service: { call: (actor, name, input) => apis.get(actor)?.[name](input as never) as never }, // the operation's own types
    authenticate: async ({ credential = '' }) => {
      const actor = actors.get(credential)
      if (actor === undefined) throw new SottoError('not_signed_in', 'the token is not known')
      return actor
    },
    forget: () => undefined,
    exchange: () => Promise.reject(new SottoError('unsupported', 'nobody signs in here by an identity token')),
    refused: (source) => refused.push(source),
    ready: options.ready ?? (async () => undefined),
    log: (entry) => logged.push(entry),
    logsRequests: true,
    limits: { ...defaultLimits, ...options.limits },
  }
  const server = await startHttpServer(parts, { host: '127.0.0.1', port: 0 })
  const tokenOf = (api: Api): string => {
    const token = randomBytes(16).toString('hex')
    const actor = { principalId: randomBytes(8).toString('hex'), workspaceId: '', osUser: '' }
    actors.set(token, actor)
    apis.set(actor, api)
    return token
  }
  return {
    ...server,
    tokenOf,
    logged,
    refused,
  }
}
