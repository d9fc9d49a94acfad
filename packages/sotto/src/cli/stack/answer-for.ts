/** `sotto stack trust STACK` and `sotto stack adopt STACK`: answering for texts of others. */
import { shown, SottoError } from '@sotto/sdk/model'
import type { StackTrust } from '@sotto/sdk/model'
import type { Call } from '../command.ts'

export async function trustStack(call: Call): Promise<undefined> {
  const { print } = call
  const api = await call.api()
  const seen = await api.describeStackTrust({ stack: call.input.argument('STACK') })
  const foreign = seen.texts.filter(({ own, accepted }) => !own && !accepted)
  await agree(call, {
    seen,
    foreign,
    question: 'Let secrets of your own scope go where these texts say, as they are now?',
  })
  const trusted = await api.trustStack({ stack: seen.stack, digest: seen.digest })
  await print.changed(trusted, [
    `your own secrets resolve in stack ${shown(seen.stack)} as it is now; any edit by others asks again`,
  ])
}

export async function adoptStack(call: Call): Promise<undefined> {
  const { print } = call
  const api = await call.api()
  const seen = await api.describeStackTrust({ stack: call.input.argument('STACK') })
  const foreign = seen.texts.filter(({ own }) => !own)
  await agree(call, { seen, foreign, question: 'Answer for these texts: secrets that you may read go where they say?' })
  const adopted = await api.adoptStack({ stack: seen.stack, digest: seen.digest })
  await print.changed(adopted, [`you are the author of stack ${shown(seen.stack)} and of its components`])
}

async function agree(
  { print, ask }: Call,
  { seen, foreign, question }: { seen: StackTrust; foreign: StackTrust['texts']; question: string },
): Promise<void> {
  for (const { object, authors } of foreign) print.say(`${object} was written by ${authors.join(', ')}`)
  if (foreign.length > 0) print.say(`look at it first: sotto stack describe ${seen.stack}`)
  if (foreign.length > 0 && !(await ask.confirm(question))) throw new SottoError('interrupted', 'nothing was changed')
  ask.done()
}
