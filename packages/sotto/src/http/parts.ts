/** What the server is made of, passed in from outside. */
import type { Actor } from '../service/parts.ts'
import type { Service } from '../service/service.ts'

/** What somebody who calls has shown, and for which workspace. */
export interface Presented {
  /** A token; `undefined` where none was sent. */
  readonly credential: string | undefined
  /** Name or id, as it stood in the address. */
  readonly workspace: string
}

/** Codes: `not_signed_in`; `workspace_not_found` also where the caller has no part in it. */
export type Authenticate = (presented: Presented) => Actor | Promise<Actor>

export interface HttpParts {
  readonly service: Pick<Service, 'call'>
  readonly authenticate: Authenticate
  /** Told of an actor that the service refused as not signed in, so that it is looked up anew. */
  readonly forget: (actor: Actor) => void
  /** Told of each caller that could not be signed in, by address. */
  readonly refused: (source: string) => void
  /** Gives a token for an identity token of somebody else. Throws `not_signed_in`, `unsupported`. */
  readonly exchange: Service['exchangeIdentity']
  /** Throws while nothing can be answered. */
  readonly ready: () => Promise<void>
  readonly log: (entry: LogEntry) => void
  /** Is every request logged, or only those that failed by no fault of the caller? */
  readonly logsRequests: boolean
  readonly limits: HttpLimits
}

/** Milliseconds and numbers; `defaultLimits` says which are usual. */
export interface HttpLimits {
  /** Until the headers of a request are there. */
  readonly headersMs: number
  /** Until a request is there with its body. */
  readonly requestMs: number
  /** Until it is answered. */
  readonly answerMs: number
  /** A connection without a request is kept that long. */
  readonly idleMs: number
  /** At a stop: until requests under way are given up. */
  readonly stopMs: number
  readonly connections: number
  /** Requests under way: all, and of one principal. */
  readonly requests: number
  readonly requestsOfCaller: number
}

export const defaultLimits: HttpLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  answerMs: 120_000,
  idleMs: 60_000,
  stopMs: 10_000,
  connections: 10_000,
  requests: 2_000,
  requestsOfCaller: 256,
}

/** A line of the log. No value, no credential, no address with a query. */
export interface LogEntry {
  readonly level: 'info' | 'error'
  readonly event: 'started' | 'stopping' | 'stopped' | 'request' | 'fault' | 'refused'
  readonly [fact: string]: string | number | undefined
}
