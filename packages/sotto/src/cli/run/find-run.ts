/** The run that a command is about. */
import { SottoError } from '@sotto/sdk/model'
import type { Call } from '../command.ts'

/** What was given, else the id of the newest run. Code: `run_not_found` where there is none. */
export async function runArgument(call: Call): Promise<string> {
  const given = call.input.optionalArgument('RUN')
  if (given !== undefined) return given
  const { items } = await (await call.api()).listRuns({ limit: 1 })
  const [newest] = items
  if (newest === undefined)
    throw new SottoError('run_not_found', 'there is no run yet', { hint: 'sotto run start FILE' })
  return newest.id
}
