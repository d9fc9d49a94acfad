/** `sotto access who-can RIGHT KIND:NAME` */
import type { Call } from '../command.ts'
import { parseObject } from '../grant/parse-object.ts'
import { reasonWords } from './answer-words.ts'
import { parseRight } from './parse-right.ts'

export async function accessWhoCan(call: Call): Promise<undefined> {
  const { input, print } = call
  const [right, object] = [parseRight(input.argument('RIGHT')), parseObject(input.argument('KIND:NAME'))]
  const api = await call.api()
  const answer = await api.listAccess({ right, ...object })
  await print.result(answer, () => ({
    columns: ['PRINCIPAL', 'BECAUSE IT'],
    rows: answer.principals.map((each) => [each.principal, reasonWords(each)]),
  }))
}
