/** `sotto run secrets [RUN]`: which step read which version of which secret. */
import type { Call } from '../command.ts'
import { runArgument } from './find-run.ts'

export async function showRunSecrets(call: Call): Promise<undefined> {
  const { print } = call
  const answer = await (await call.api()).listRunSecrets({ run: await runArgument(call) })
  await print.result(answer, () => ({
    columns: ['STEP', 'SECRET', 'KEYS', 'DECLARED', 'TIME'],
    rows: answer.reads.map(({ step, secret, version, keys, declared, at }) => [
      step,
      `${secret}@${String(version)}`,
      keys.join(', '),
      declared ? 'yes' : 'no',
      `${at.slice(0, 19).replace('T', ' ')} UTC`,
    ]),
  }))
  if (answer.reads.length === 0 && print.format === 'table') print.say('no step of it has read a secret')
}
