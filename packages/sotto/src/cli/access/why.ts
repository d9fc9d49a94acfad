/** `sotto access why PRINCIPAL RIGHT KIND:NAME` */
import { shown } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { parseObject } from '../grant/parse-object.ts'
import { reasonWords } from './answer-words.ts'
import { parseRight } from './parse-right.ts'

export async function accessWhy(call: Call): Promise<undefined> {
  const { input, print } = call
  const [right, object] = [parseRight(input.argument('RIGHT')), parseObject(input.argument('KIND:NAME'))]
  const api = await call.api()
  const answer = await api.explainAccess({ principal: input.argument('PRINCIPAL'), right, ...object })
  const what = `${right} ${object.kind} ${object.name}`
  await print.result(answer, () => ({
    facts: [
      ['principal', answer.principal],
      [what, answer.allowed ? 'yes' : 'no'],
      ...(answer.allowed ? [['because it', reasonWords(answer)] as const] : []),
    ],
  }))
  if (!answer.allowed && print.format === 'table')
    print.say(
      `next: sotto grant add ${right} --to ${answer.principal} --on ${object.kind}:${object.name}; nothing grants it to ${shown(answer.principal)}`,
    )
}
