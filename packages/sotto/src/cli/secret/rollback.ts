/** `sotto secret rollback NAME VERSION`: an older version becomes the newest. */
import { shown, SottoError } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { scopeOf } from './scope.ts'
import { writeWords } from './write-words.ts'

export async function rollbackSecret(call: Call): Promise<undefined> {
  const { input, print, context } = call
  const text = input.argument('VERSION')
  if (!/^[1-9]\d{0,14}$/.test(text))
    throw new SottoError('usage', `${shown(text)} is no version`, {
      hint: `sotto secret history ${input.argument('NAME')}`,
    })
  const api = await call.api()
  const write = await api.rollbackSecret({
    secret: input.argument('NAME'),
    scope: scopeOf(input),
    version: Number(text),
    expectVersion: input.integer('expect-version'),
  })
  const [did = '', ...more] = writeWords(write, context.now())
  const isSame = write.outcome === 'unchanged'
  await print.changed(write, [
    isSame ? `${did}: it has what version ${text} has` : `${did} (as version ${text})`,
    ...more,
  ])
}
