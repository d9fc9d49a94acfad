/** The one line that shows how a command is written. */
import type { CommandShape, OptionSpec } from '../command-shape.ts'

/** `sotto secret get NAME [KEY] [OPTIONS]` */
export function usageLine(spec: CommandShape): string {
  const words = ['sotto', ...spec.path]
  for (const { name, optional, many } of spec.arguments ?? []) {
    const shownName = many === true ? `${name}...` : name
    words.push(optional === true ? `[${shownName}]` : shownName)
  }
  if (spec.attributes !== undefined) words.push(`[${spec.attributes.shown}]...`)
  if ((spec.options ?? []).length > 0) words.push('[OPTIONS]')
  if (spec.trailing !== undefined) words.push('--', `${spec.trailing.name}...`)
  return words.join(' ')
}

/** `-i, --interactive`, `    --scope SCOPE` */
export function optionLabel(option: OptionSpec): string {
  const short = option.short === undefined ? '    ' : `-${option.short}, `
  const value = option.kind === 'flag' ? '' : ` ${option.value ?? option.choices?.join('|') ?? 'VALUE'}`
  return `${short}--${option.name}${value}`
}
