/** Why a program could not be started, in words. */
import { isSottoError, shellWord, shown, SottoError, systemCode } from '@sotto/sdk/model'

/** The error to show. Node's own would print arguments and paths of ours. */
export function spawnError(error: unknown, program: string): SottoError {
  if (isSottoError(error)) return error
  const code = systemCode(error) ?? 'unknown error'
  if (code === 'ENOENT')
    return new SottoError('step_failed', `the program ${shown(program)} was not found`, {
      hint: 'install it, or give its path (./NAME for a file beside the pipeline)',
    })
  if (code === 'EACCES')
    return new SottoError('step_failed', `the program ${shown(program)} may not be executed`, {
      hint: `chmod +x ${shellWord(program)}`,
    })
  if (code === 'E2BIG')
    return new SottoError(
      'step_failed',
      `the arguments and variables of ${shown(program)} are too large for the system`,
      { hint: 'hand large secrets over as files: secretFile(…)' },
    )
  return new SottoError('step_failed', `the program ${shown(program)} could not be started (${code})`)
}
