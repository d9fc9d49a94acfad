/** docs/reference/cli.md, from the table: the same words as help. */
import { componentTypes, isComponentType } from '@sotto/sdk/model'
import type { CommandSpec } from '../command.ts'
import { commandsOf } from '../parse/find-command.ts'
import { optionLabel, usageLine } from '../parse/usage-line.ts'
import { commonOptions, outputsOf } from '../table/common-options.ts'
import { nouns } from '../table/nouns.ts'
import { reservedWords } from '../table/reserved-words.ts'
import { argumentItems } from './command-help.ts'
import { topicNames, topicText } from './topics.ts'

/** The whole document. Commands of components are the same for each type and shown for the first one alone. */
export async function commandReference(): Promise<string> {
  const visible = nouns.filter(({ hidden }) => hidden !== true)
  const shownNouns = visible.filter(({ name }) => !isComponentType(name) || name === 'experiment-tracker')
  const parts = [
    '# Command line',
    '<!-- Written from the table of commands in packages/sotto/src/cli/table, by `npm run reference`; changes here are lost. -->',
  ]
  for (const noun of shownNouns) {
    parts.push(`## sotto ${noun.name}`, `${noun.summary}.`)
    if (noun.name === 'experiment-tracker')
      parts.push(
        `The commands are the same for every type of component: ${componentTypes.map((name) => `\`${name}\``).join(', ')}.`,
      )
    for (const command of await commandsOf(nouns, noun.name))
      if (command.hidden !== true) parts.push(...commandPart(command))
  }
  parts.push(
    '## Options of every command',
    list(commonOptions.map((option) => [optionLabel(option).trim(), option.help])),
  )
  parts.push(
    '## Reserved words',
    'These words are never keys or attributes, unless they stand behind `--`; nor is what begins with `sotto-`.',
  )
  parts.push(
    Object.entries(reservedWords)
      .map(([group, words]) => `- ${group}: ${words.map((word) => `\`${word}\``).join(', ')}`)
      .join('\n'),
  )
  for (const topic of topicNames) parts.push(`## ${topic}`, `\`\`\`text\n${topicText(topic, 100) ?? ''}\`\`\``)
  return `${parts.join('\n\n')}\n`
}

function commandPart(spec: CommandSpec): readonly string[] {
  const parts = [`### sotto ${spec.path.join(' ')}`, `${spec.summary}.`]
  parts.push(`\`\`\`sh\n${spec.examples.map(({ line, about }) => `${line}   # ${about}`).join('\n')}\n\`\`\``)
  parts.push(`Usage: \`${usageLine(spec)}\``, ...(spec.details ?? []))
  const items = [
    ...argumentItems(spec),
    ...(spec.options ?? []).map((option) => [optionLabel(option).trim(), option.help] as const),
  ]
  if (items.length > 0) parts.push(list(items))
  parts.push(
    `Output: ${outputsOf(spec)
      .map((format) => `\`${format}\``)
      .join(', ')}.`,
  )
  return parts
}

function list(items: readonly (readonly [string, string])[]): string {
  return items.map(([label, text]) => `- \`${label}\`: ${text}`).join('\n')
}
