/** Options that every command takes. */
import type { CommandShape, OptionSpec, OutputFormat } from '../command-shape.ts'

export const commonOptions: readonly OptionSpec[] = [
  { name: 'help', short: 'h', kind: 'flag', help: 'Show this help' },
  { name: 'output', short: 'o', kind: 'text', value: 'FORMAT', help: 'How the result is written' },
  { name: 'json', kind: 'flag', help: 'The same as -o json' },
  { name: 'yes', short: 'y', kind: 'flag', help: 'Answer questions with yes' },
  { name: 'quiet', short: 'q', kind: 'flag', help: 'No notes and warnings' },
  {
    name: 'workspace',
    kind: 'text',
    value: 'NAME',
    help: 'The workspace, in place of SOTTO_WORKSPACE; default without either',
  },
  { name: 'token-file', kind: 'text', value: 'FILE', help: 'A file with the token for a server', completes: 'file' },
  { name: 'debug', kind: 'flag', help: 'Show where an error arose' },
]

/** Which formats a command writes; the first is its default. */
export function outputsOf(spec: CommandShape): readonly OutputFormat[] {
  return spec.outputs ?? ['table', 'json', 'yaml']
}
