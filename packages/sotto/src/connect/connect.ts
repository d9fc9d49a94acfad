/**
 * Decides where an `Api` comes from: the channel of the step we run in, else the server that `SOTTO_URL` or the active
 * context names, else the store on this machine.
 * Each is loaded only when it is the one.
 */
import { SottoError } from '@sotto/sdk/model'
import type { Api } from '@sotto/sdk/model'
import { openStepChannel } from '../channel/client.ts'
import { findContext } from './contexts.ts'
import type { Context } from './contexts.ts'

/** Where to connect, for programs that do not want what their environment says. */
export interface ConnectOptions {
  /** The environment that decides; that of the process by default. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
}

/** An `Api` and what has to be closed behind it. */
export interface Connection {
  readonly api: Api
  /** `processEnds`: what only tidies up may be left to the next process. */
  close(options?: { readonly processEnds?: boolean | undefined }): Promise<void>
}

/** Connects. Codes: those of opening a store, or `usage`, `not_signed_in` and `file_unreadable` where a server is asked. */
export async function connect(options: ConnectOptions = {}): Promise<Connection> {
  const env = options.env ?? process.env
  const channel = openStepChannel(env)
  if (channel !== undefined) return { api: channel, close: async () => undefined }
  const server = findServer(env)
  if (server !== undefined) {
    const { openHttp } = await import('./http.ts')
    return openHttp(env, server)
  }
  if ((env['SOTTO_AUTH'] ?? '') !== '')
    throw new SottoError('usage', 'SOTTO_AUTH signs in to a server, and none is named', { hint: 'set SOTTO_URL too' })
  const { openEmbedded } = await import('./embedded.ts')
  return openEmbedded(env)
}

/** The server that is asked: `SOTTO_URL`, else the context that is used; `undefined` for the store of this machine. */
export function findServer(env: Readonly<Record<string, string | undefined>>): Context | undefined {
  const url = env['SOTTO_URL']
  return url === undefined || url === '' ? findContext(env) : { url }
}
