/** Refusals of a request before any operation is asked. No message repeats what was sent. */
import { SottoError } from '@sotto/sdk/model'

/** `request_malformed`: what of the request is none, in words. */
export function malformed(what: string): SottoError {
  return new SottoError('request_malformed', `the request is malformed: ${what}`)
}
