/**
 * Decides where an `Api` comes from: the channel of the step we run in, else a server, else the store on this machine.
 * Each is loaded only when it is the one.
 */
import { SottoError } from '@sotto/sdk/model'
import type { Api } from '@sotto/sdk/model'
import { openStepChannel } from '../channel/client.ts'

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

/** Connects. Throws `unsupported` where the environment names a server, and all codes of opening a store. */
export async function connect(options: ConnectOptions = {}): Promise<Connection> {
  const env = options.env ?? process.env
  const channel = openStepChannel(env)
  if (channel !== undefined) return { api: channel, close: async () => undefined }
  const url = env['SOTTO_URL']
  if (url !== undefined && url !== '') {
    throw new SottoError('unsupported', 'SOTTO_URL names a server, and this version has no client for one yet', {
      hint: 'unset SOTTO_URL to use the store on this machine',
    })
  }
  const { openEmbedded } = await import('./embedded.ts')
  return openEmbedded(env)
}
