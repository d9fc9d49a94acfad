/** Help on one command, from its entry in the table. It begins with examples: they are what people look for. */
import type { CommandSpec, OptionSpec } from '../command.ts'
import type { CliContext } from '../context.ts'
import { optionLabel, usageLine } from '../parse/usage-line.ts'
import { styleFor } from '../print/style.ts'
import { definitions, helpWidth, wrap } from '../print/wrap.ts'
import { commonOptions, outputsOf } from '../table/common-options.ts'

export function commandHelp(spec: CommandSpec, context: CliContext): string {
  const width = helpWidth(context)
  const style = styleFor(context.env, context.stdout)
  const heading = (text: string): string => style('bold', text)
  const lines = [
    heading('Examples:'),
    ...spec.examples.flatMap(({ line, about }) => [`  ${line}`, ...wrap(about, width, '      ')]),
    '',
    ...wrap(`${spec.summary}.`, width, ''),
    '',
    `${heading('Usage:')} ${usageLine(spec)}`,
  ]
  for (const paragraph of spec.details ?? []) lines.push('', ...wrap(paragraph, width, ''))
  const section = (title: string, items: readonly (readonly [string, string])[]): void => {
    if (items.length > 0) lines.push('', heading(title), ...definitions(items, width))
  }
  section('Arguments:', argumentItems(spec))
  section(
    'Options:',
    (spec.options ?? []).map((option) => [optionLabel(option), option.help]),
  )
  section(
    'Everywhere:',
    commonFor(spec).map((option) => [optionLabel(option), option.help]),
  )
  return `${lines.join('\n')}\n`
}

export function argumentItems(spec: CommandSpec): readonly (readonly [string, string])[] {
  return [
    ...(spec.arguments ?? []).map(({ name, help }) => [name, help] as const),
    ...(spec.attributes === undefined ? [] : [[spec.attributes.shown, spec.attributes.help] as const]),
    ...(spec.trailing === undefined ? [] : [[spec.trailing.name, spec.trailing.help] as const]),
  ]
}

/** The common options with the formats that this command writes. */
function commonFor(spec: CommandSpec): readonly OptionSpec[] {
  const outputs = outputsOf(spec)
  return commonOptions
    .filter(({ name }) => (name !== 'output' || outputs.length > 1) && (name !== 'json' || outputs.includes('json')))
    .map((option) => (option.name === 'output' ? { ...option, help: `${option.help}: ${outputs.join(', ')}` } : option))
}
