/** What is shown where the words name no command yet: `sotto`, `sotto secret`, `sotto --version`. */
import { SottoError } from '@sotto/sdk/model'
import type { CliContext } from '../context.ts'
import type { Noun } from '../command.ts'
import { commandsOf } from '../parse/find-command.ts'
import { definitions, helpWidth, wrap } from '../print/wrap.ts'
import { styleFor } from '../print/style.ts'
import { topicNames } from './topics.ts'

interface Level {
  readonly level: readonly string[]
  readonly argv: readonly string[]
}

/** Gives the exit code: 0 where help was asked for, or nothing at all; 2 where a word is missing. */
export async function showLevel(context: CliContext, nouns: readonly Noun[], { level, argv }: Level): Promise<number> {
  const [first] = argv
  if (level.length === 0 && (first === '--version' || first === '-V')) {
    const { version } = await import('./version.ts')
    context.stdout.write(`sotto ${version}\n`)
    return 0
  }
  const asked = argv.includes('--help') || argv.includes('-h')
  const unknown = argv.find((word) => word !== '--help' && word !== '-h')
  if (!asked && unknown !== undefined && level.length === 0) {
    // An option alone: only its name is shown.
    throw new SottoError('usage', `option ${JSON.stringify(unknown.split('=', 1)[0])} needs a command`, {
      hint: 'sotto --help',
    })
  }
  const text = level.length === 0 ? overview(context, nouns) : await nounHelp(context, nouns, level)
  const complete = asked || level.length === 0
  const output = complete ? context.stdout : context.stderr
  output.write(text)
  return complete ? 0 : 2
}

export function overview(context: CliContext, nouns: readonly Noun[]): string {
  const style = styleFor(context.env, context.stdout)
  const visible = nouns.filter(({ hidden }) => hidden !== true)
  const lines = [
    style('bold', 'Examples:'),
    '  sotto secret create mlflow_secret --username=admin --password=@password.txt',
    '  sotto stack check',
    '',
    'Sotto keeps the secrets of pipelines.',
    '',
    `${style('bold', 'Usage:')} sotto COMMAND [ARGUMENTS] [OPTIONS]`,
    '',
    style('bold', 'Commands:'),
    ...definitions(
      visible.map(({ name, summary }) => [name, summary]),
      helpWidth(context),
    ),
    '',
    ...wrap(
      `sotto COMMAND --help tells more; sotto help TOPIC explains ${topicNames.join(', ')}.`,
      helpWidth(context),
      '',
    ),
  ]
  return `${lines.join('\n')}\n`
}

export async function nounHelp(context: CliContext, nouns: readonly Noun[], level: readonly string[]): Promise<string> {
  const style = styleFor(context.env, context.stdout)
  const [first = ''] = level
  const noun = nouns.find(({ name }) => name === first)
  const commands = (await commandsOf(nouns, first)).filter(
    ({ path, hidden }) => hidden !== true && level.every((word, index) => path[index] === word),
  )
  const examples = commands.slice(0, 2).flatMap((command) => command.examples.slice(0, 1))
  const prefix = ['sotto', ...level].join(' ')
  const lines = [
    style('bold', 'Examples:'),
    ...examples.map(({ line }) => `  ${line}`),
    '',
    `${noun?.summary ?? ''}.`,
    '',
    `${style('bold', 'Usage:')} ${prefix} COMMAND [ARGUMENTS] [OPTIONS]`,
    '',
    style('bold', 'Commands:'),
    ...definitions(
      commands.map(({ path, summary }) => [path.slice(level.length).join(' '), summary]),
      helpWidth(context),
    ),
    '',
    `${prefix} COMMAND --help tells more.`,
  ]
  return `${lines.join('\n')}\n`
}
