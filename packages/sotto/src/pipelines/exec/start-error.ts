/** Why the program of `exec` did not start, under the codes that shells and env(1) have numbers for: 127 and 126. */
import { isSottoError, SottoError, systemCode } from '@sotto/sdk/model'
import { spawnError } from '../supervisor/spawn-error.ts'

/** Codes: `program_not_found`, and `program_not_executable` for every other reason. */
export function startError(error: unknown, program: string): SottoError {
  if (isSottoError(error)) return error
  const { message, hint } = spawnError(error, program)
  if (systemCode(error) === 'ENOENT')
    return new SottoError('program_not_found', message, {
      hint: 'install it, or give its path (./NAME for a file in this folder)',
    })
  return new SottoError('program_not_executable', message, { hint })
}
