/** Puts a service behind the server. */
import type { Service } from '../service/service.ts'
import { rememberCallers } from './known-callers.ts'
import { defaultLimits } from './parts.ts'
import type { LogEntry } from './parts.ts'
import { startHttpServer } from './server.ts'
import type { HttpServer, ListenOptions } from './server.ts'

export interface ServeOptions extends ListenOptions {
  readonly service: Service
  /** Throws while the store cannot be asked. */
  readonly ready: () => Promise<void>
  readonly log: (entry: LogEntry) => void
  readonly logsRequests: boolean
}

/** A probe may come each second from many places: the store is asked once a second. */
const readyForMs = 1000

/** Codes as of `startHttpServer`. Stopping it writes what is still to be written of refused callers. */
export async function serveService(options: ServeOptions): Promise<HttpServer> {
  const { service, log, logsRequests } = options
  const callers = rememberCallers((credential, place) => service.authenticate(credential, place))
  const server = await startHttpServer(
    {
      service,
      authenticate: callers.authenticate,
      forget: callers.forget,
      exchange: (input, place) => service.exchangeIdentity(input, place),
      refused: (address) => service.refusedCallers.note(address),
      ready: onceEvery(readyForMs, options.ready),
      log,
      logsRequests,
      limits: defaultLimits,
    },
    options,
  )
  return {
    ...server,
    stop: async () => {
      await server.stop()
      await service.refusedCallers.flush()
    },
  }
}

function onceEvery(ms: number, ask: () => Promise<void>): () => Promise<void> {
  let answer: Promise<void> | undefined
  let askedMs = 0
  return () => {
    const nowMs = performance.now()
    if (answer === undefined || nowMs - askedMs >= ms) {
      askedMs = nowMs
      answer = ask()
      // Whoever asks is told; that nobody does is no fault.
      answer.catch(() => undefined)
    }
    return answer
  }
}
