/** What every refusal of a service that wraps root keys has. */
import assert from 'node:assert/strict'
import { isSottoError } from '@sotto/sdk/model'
import type { SottoError } from '@sotto/sdk/model'

/** The error of a call, with the code, the message and a hint that it must have. */
export async function refusalOf(call: Promise<unknown>, code: string, message: RegExp): Promise<SottoError> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.ok(isSottoError(error), String(error))
  assert.equal(error.code, code, error.message)
  assert.match(error.message, message)
  assert.ok(error.hint !== undefined && error.hint !== '')
  return error
}
