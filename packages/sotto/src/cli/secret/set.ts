/** `sotto secret set NAME --KEY=VALUE...`: creates or merges. */
import type { Call } from '../command.ts'
import { secretInput } from './secret-input.ts'
import { sharingWords } from './sharing-words.ts'
import { writeWords } from './write-words.ts'

export async function setSecret(call: Call): Promise<undefined> {
  const input = await secretInput(call)
  const api = await call.api()
  const { secrets } = await api.setSecrets({ secrets: [input] })
  const { env, now } = call.context
  for (const write of secrets)
    await call.print.changed(write, [...writeWords(write, now()), ...sharingWords(write, env)])
}
