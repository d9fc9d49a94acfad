/** `sotto secret create NAME --KEY=VALUE...` */
import type { Call } from '../command.ts'
import { secretInput } from './secret-input.ts'
import { sharingWords } from './sharing-words.ts'
import { writeWords } from './write-words.ts'

export async function createSecret(call: Call): Promise<undefined> {
  const input = await secretInput(call)
  const api = await call.api()
  const write = await api.createSecret(input)
  const { env, now } = call.context
  await call.print.changed(write, [...writeWords(write, now()), ...sharingWords(write, env)])
}
