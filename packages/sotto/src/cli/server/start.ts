/** `sotto server start`: serves a store until it is told to stop. */
import { readFileSync } from 'node:fs'
import { SottoError, systemCode } from '@sotto/sdk/model'
import { serveService } from '../../http/serve-service.ts'
import type { HttpServer, TlsFiles } from '../../http/server.ts'
import type { LogEntry } from '../../http/parts.ts'
import { openServerStore } from '../../connect/server-store.ts'
import type { Call } from '../command.ts'
import { safeJson } from '../print/text.ts'

export async function startServer({ input, context }: Call): Promise<undefined> {
  const { host, port } = parseAddress(input.text('listen') ?? '127.0.0.1:8420')
  const readTls = tlsReader(input.text('tls-cert'), input.text('tls-key'))
  const tls = readTls?.()
  if (tls === undefined && !isLoopback(host) && !input.flag('allow-http')) throw inClear(host)
  const log = (entry: LogEntry): void =>
    context.stderr.write(`${safeJson({ time: context.now().toISOString(), ...entry })}\n`)
  const store = await openServerStore(context.env, input.text('store'))
  try {
    const server = await serveService({
      host,
      port,
      tls,
      service: store.service,
      ready: async () => void (await store.api.describeStore({})),
      log,
      logsRequests: input.flag('log-requests'),
    })
    const { place } = await store.api.describeStore({})
    log({ level: 'info', event: 'started', url: server.url, store: place })
    await untilStopped(server, readTls, log)
    log({ level: 'info', event: 'stopped' })
  } finally {
    await store.close()
  }
}

/** `HOST:PORT`, or `[::1]:PORT`. */
function parseAddress(text: string): { readonly host: string; readonly port: number } {
  const { host, six, port } =
    /^(?:\[(?<six>[0-9a-f:.]+)\]|(?<host>[^\s:]+)):(?<port>\d{1,5})$/i.exec(text)?.groups ?? {}
  const number = Number(port)
  const name = six ?? host
  if (name !== undefined && number <= 65_535) return { host: name, port: number }
  throw new SottoError('usage', 'the address to listen at is not HOST:PORT', { hint: '--listen 127.0.0.1:8420' })
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}

function inClear(host: string): SottoError {
  return new SottoError('usage', `tokens and values would travel in clear to ${host}`, {
    hint: 'give --tls-cert and --tls-key, or --allow-http where something in front of the server ends TLS',
  })
}

/** Reads both files anew each time: certificates are renewed in place. */
function tlsReader(cert: string | undefined, key: string | undefined): (() => TlsFiles) | undefined {
  if (cert === undefined && key === undefined) return undefined
  if (cert === undefined || key === undefined)
    throw new SottoError('usage', '--tls-cert and --tls-key need each other', { hint: 'give both' })
  return () => ({ cert: readFile(cert), key: readFile(key) })
}

function readFile(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new SottoError('file_unreadable', `${file} cannot be read (${systemCode(error) ?? 'no reason given'})`)
  }
}

/** Until SIGTERM or Ctrl-C; SIGHUP takes a renewed certificate. */
async function untilStopped(
  server: HttpServer,
  readTls: (() => TlsFiles) | undefined,
  log: (entry: LogEntry) => void,
): Promise<void> {
  const renew = (): void => {
    try {
      if (readTls !== undefined) server.replaceTls(readTls())
    } catch (error) {
      // The certificate that is there stays.
      log({ level: 'error', event: 'fault', fault: 'the renewed certificate cannot be used', code: systemCode(error) })
    }
  }
  process.on('SIGHUP', renew)
  const signal = await new Promise<string>((resolve) => {
    process.once('SIGTERM', () => resolve('SIGTERM'))
    process.once('SIGINT', () => resolve('SIGINT'))
  })
  log({ level: 'info', event: 'stopping', signal })
  await server.stop()
  process.off('SIGHUP', renew)
}
