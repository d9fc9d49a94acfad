/**
 * What went wrong at the tracking server, in our words. Of an answer's body only MLflow's error code is shown, and only one
 * that is known: a body may echo what was sent, header included.
 */
import { shown, SottoError } from '@sotto/sdk/model'
import type { MlflowConfig } from './config.ts'
import type { HttpAnswer, HttpFailure } from '../http-connection.ts'

type TrackerCode = 'tracker_unreachable' | 'tracker_refused' | 'tracker_failed'
type Server = Pick<MlflowConfig, 'component' | 'baseUrl' | 'credentials'>

const serverLog = 'look into the log of the MLflow server'

/** No answer. `what` is what we were about: `create the run`. Code: `tracker_unreachable`. */
export function unreachable(server: Server, what: string, failure: HttpFailure): SottoError {
  const { reason, hint } = describeFailure(server, failure)
  return trouble('tracker_unreachable', server, { what, reason, hint })
}

function describeFailure(server: Server, { kind, systemCode }: HttpFailure): { reason: string; hint: string } {
  const address = `sotto experiment-tracker describe ${server.component}`
  switch (kind) {
    case 'connect':
      return { reason: `cannot be reached (${systemCode})`, hint: `start it, or correct tracking_uri: ${address}` }
    case 'interrupted':
      return { reason: `broke the connection (${systemCode})`, hint: serverLog }
    case 'timeout':
      return { reason: 'did not answer in time', hint: serverLog }
    case 'tls':
      return {
        reason: `has no TLS connection that can be trusted (${systemCode})`,
        hint: `set NODE_EXTRA_CA_CERTS to the authority of its certificate, or correct tracking_uri: ${address}`,
      }
    case 'malformed':
    case 'too large':
      return { reason: 'answers, but is not MLflow', hint: `correct tracking_uri: ${address}` }
  }
}

/**
 * An answer that is no success. 401 and 403 are `tracker_refused`; redirects, gateways and other products are
 * `tracker_unreachable`; what MLflow itself says no to is `tracker_failed`.
 */
export function refusal(server: Server, what: string, answer: HttpAnswer, hint: string = serverLog): SottoError {
  const { status } = answer
  if (status === 401 || status === 403) return signInRefused(server, what, status)
  if (status >= 300 && status < 400) return redirected(server, what, answer)
  const code = errorCodeOf(answer)
  if (code !== undefined) {
    return trouble('tracker_failed', server, { what, reason: `refused it: ${code}`, hint })
  }
  if (status >= 500 || status === 429) {
    return trouble('tracker_unreachable', server, {
      what,
      reason: `answers with HTTP status ${String(status)}`,
      hint: serverLog,
    })
  }
  return notMlflow(server, what)
}

export function notMlflow(server: Server, what: string): SottoError {
  return trouble('tracker_unreachable', server, {
    what,
    reason: 'answers, but is not MLflow',
    hint: `correct tracking_uri: sotto experiment-tracker describe ${server.component}`,
  })
}

/** Refused by ourselves because MLflow cannot do it. Code: `tracker_failed`. */
export function cannot(server: Server, what: string, reason: string, hint: string): SottoError {
  return trouble('tracker_failed', server, { what, reason, hint })
}

/** MLflow's error code of an answer; `undefined` when the answer is not MLflow's. */
export function errorCodeOf({ body }: HttpAnswer): string | undefined {
  const code = /^\s*\{/.test(body.toString('latin1', 0, 64)) ? memberOf(parseJson(body), 'error_code') : undefined
  if (typeof code !== 'string') return undefined
  return knownErrorCodes.has(code) ? code : 'an unknown error code'
}

/** `undefined` where the text is not JSON. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown // checked member by member
  } catch {
    return undefined
  }
}

/** A member of what may be no object at all. */
export function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as { readonly [member: string]: unknown })[name] // an object, by the line above
}

function signInRefused(server: Server, what: string, status: number): SottoError {
  const { credentials, component } = server
  const describe = `sotto experiment-tracker describe ${component}`
  if (credentials.kind === 'none') {
    const reason = `wants credentials, and the component has none (HTTP status ${String(status)})`
    const hint = `sotto experiment-tracker update ${component} --tracking_username={{NAME.username}} --tracking_password={{NAME.password}}`
    return trouble('tracker_refused', server, { what, reason, hint })
  }
  const attributes = credentials.attributes.join(' and ')
  const reason =
    status === 401 ? `refused the credentials in ${attributes}` : `does not allow this to the user in ${attributes}`
  const hint =
    status === 401
      ? `correct what they refer to: ${describe}`
      : `ask its administrator for the permission, or change ${attributes}: ${describe}`
  return trouble('tracker_refused', server, { what, reason, hint })
}

/** Only the origin is shown: the rest of a `Location` is the server's text. */
function redirected(server: Server, what: string, { location }: HttpAnswer): SottoError {
  const target = URL.canParse(location, server.baseUrl) ? new URL(location, server.baseUrl).origin : 'null'
  const where = target === 'null' ? 'somewhere else' : target
  const hint = `if you trust that address: sotto experiment-tracker update ${server.component} --tracking_uri=URL`
  return trouble('tracker_unreachable', server, {
    what,
    reason: `redirects to ${where}; credentials do not follow it`,
    hint,
  })
}

interface Trouble {
  readonly what: string
  readonly reason: string
  readonly hint: string
}

function trouble(code: TrackerCode, server: Server, { what, reason, hint }: Trouble): SottoError {
  // The path of the address is left out: some proxies keep a token in it.
  const message = `experiment tracker ${shown(server.component)} could not ${what}: ${new URL(server.baseUrl).origin} ${reason}`
  return new SottoError(code, message, { hint, details: { component: server.component } })
}

/** Source: https://github.com/mlflow/mlflow, `mlflow/protos/databricks.proto`, `ErrorCode`: those a tracking server sends. */
const knownErrorCodes: ReadonlySet<string> = new Set([
  'ABORTED',
  'ALREADY_EXISTS',
  'BAD_REQUEST',
  'CANCELLED',
  'COULD_NOT_ACQUIRE_LOCK',
  'CUSTOMER_UNAUTHORIZED',
  'DATA_LOSS',
  'DEADLINE_EXCEEDED',
  'ENDPOINT_NOT_FOUND',
  'FEATURE_DISABLED',
  'INTERNAL_ERROR',
  'INVALID_PARAMETER_VALUE',
  'INVALID_STATE',
  'INVALID_STATE_TRANSITION',
  'IO_ERROR',
  'MALFORMED_REQUEST',
  'MAX_LIST_SIZE_EXCEEDED',
  'NOT_FOUND',
  'NOT_IMPLEMENTED',
  'PERMISSION_DENIED',
  'QUOTA_EXCEEDED',
  'REQUEST_LIMIT_EXCEEDED',
  'RESOURCE_ALREADY_EXISTS',
  'RESOURCE_CONFLICT',
  'RESOURCE_DOES_NOT_EXIST',
  'RESOURCE_EXHAUSTED',
  'RESOURCE_LIMIT_EXCEEDED',
  'SERVICE_UNDER_MAINTENANCE',
  'TEMPORARILY_UNAVAILABLE',
  'UNAUTHENTICATED',
  'WORKSPACE_TEMPORARILY_UNAVAILABLE',
])
