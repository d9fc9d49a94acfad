/** `sotto keys recovery`: the code goes to standard output, once. */
import { SottoError } from '@sotto/sdk/model'
import type { Call } from '../command.ts'

export async function makeRecovery(call: Call): Promise<undefined> {
  const { ask } = call
  const api = await call.api()
  const { generation, slots } = await api.describeKeys({})
  const present = slots.some(({ role }) => role === 'recovery')
  if (present && !(await ask.confirm('There is a recovery code. Replace it, so that the old one opens nothing?')))
    throw new SottoError('interrupted', 'the recovery code stays as it is')
  ask.done()
  const made = await api.createRecovery({ expectGeneration: generation })
  showCode(call, made.code, made)
}

/** Prints a code: data as JSON or YAML would hold it, or the code alone. */
export function showCode({ print }: Call, code: string, answer: object): void {
  const text = print.format === 'json' ? JSON.stringify(answer, undefined, 2) : code
  print.handOver(`${text}\n`, 'the code is lost; make another one: sotto keys recovery --yes')
  print.say('This code opens the store when the root key is lost. It is shown once and kept nowhere:')
  print.say('write it down, and keep it where the store is not. To use it: sotto keys change-root --recovery')
}
