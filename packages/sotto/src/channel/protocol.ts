/**
 * How code inside a step asks its supervisor, which holds the rights: requests and answers, one JSON object each.
 * A TypeScript step sends them over its process channel; any other process as lines over a Unix socket whose path
 * is in `SOTTO_STEP_SOCKET`. The socket lies in a 0700 folder, so that only the same account reaches it.
 *
 *     -> {"id": 1, "operation": "resolveSecrets", "input": {"items": [{"secret": "crm"}]}}
 *     <- {"id": 1, "ok": {"secrets": […]}}   or   {"id": 1, "error": {"code": …, "message": …, "details": {}}}
 *
 * Operations are those of `Api` that a step may do, with `tracker.…` for a step that declares its tracker.
 */
import { isSottoError, SottoError, stepOperations } from '@sotto/sdk/model'
import type { ErrorShape, OperationName } from '@sotto/sdk/model'

/** Holds the path of the socket, in every process of a step. */
export const SOCKET_VARIABLE = 'SOTTO_STEP_SOCKET'

/** Longest request and longest answer, in bytes: a secret of 4 MiB, with room for JSON's escapes. */
export const MAX_LINE_BYTES: number = 32 * 1024 * 1024

export interface ChannelRequest {
  readonly id: number
  readonly operation: string
  readonly input: unknown
}

export type ChannelAnswer =
  | { readonly id: number; readonly ok: unknown }
  | { readonly id: number; readonly error: ErrorShape }

/** May a step do this operation of `Api`? */
export function isStepOperation(operation: string): operation is OperationName {
  return (stepOperations as ReadonlySet<string>).has(operation) // asked of any text
}

/** An error in the shape in which it crosses the channel. An error that is not ours may quote anything: only its kind. */
export function channelError(error: unknown): ErrorShape {
  if (isSottoError(error)) return error.toJSON()
  const kind = error instanceof Error ? error.name : typeof error
  return new SottoError('internal', `the supervisor of the step failed (${kind})`).toJSON()
}

/** Reads a request from JSON as it came. Anything else is `undefined`. */
export function readRequest(value: unknown): ChannelRequest | undefined {
  if (typeof value !== 'object' || value === null || !('id' in value) || !('operation' in value)) return undefined
  const { id, operation } = value
  if (typeof id !== 'number' || typeof operation !== 'string') return undefined
  return { id, operation, input: 'input' in value ? value.input : {} }
}
