/** `sotto help [TOPIC | COMMAND...]` */
import { nearest, shown, SottoError } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { findCommand } from '../parse/find-command.ts'
import { helpWidth } from '../print/wrap.ts'
import { nouns } from '../table/nouns.ts'
import { commandHelp } from './command-help.ts'
import { nounHelp, overview } from './show-level.ts'
import { topicNames, topicText } from './topics.ts'

export async function help({ input, context, print }: Call): Promise<undefined> {
  const words = input.manyArguments('TOPIC')
  print.write(await textFor(words))

  async function textFor([first, ...more]: readonly string[]): Promise<string> {
    if (first === undefined) return overview(context, nouns)
    const topic = more.length === 0 ? topicText(first, helpWidth(context)) : undefined
    if (topic !== undefined) return topic
    if (!nouns.some(({ name }) => name === first)) throw unknownTopic(first)
    const found = await findCommand(nouns, words)
    return found.command === undefined
      ? await nounHelp(context, nouns, found.level)
      : commandHelp(found.command, context)
  }
}

function unknownTopic(word: string): SottoError {
  const near = nearest(word, [...topicNames, ...nouns.map(({ name }) => name)])
  return new SottoError('usage', `there is no help on ${shown(word)}`, {
    hint: near === undefined ? 'sotto --help' : `sotto help ${near}`,
  })
}
