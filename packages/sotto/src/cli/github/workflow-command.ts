/**
 * Workflow commands: how a process under GitHub Actions talks to its runner, by lines `::NAME PROPERTY=…::DATA` on
 * standard output or standard error. Ours go to standard error, so that `KEY=$(sotto secret get NAME KEY)` holds the
 * value alone; the runner reads both, and standard error first.
 *
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 */
import type { CliContext } from '../context.ts'

/**
 * Does a runner read what we print? Its streams are pipes: on a terminal the variable was only left over, and a value
 * would be shown.
 */
export function runnerReads({ env, stderr }: Pick<CliContext, 'env' | 'stderr'>): boolean {
  return env['GITHUB_ACTIONS'] === 'true' && !stderr.isTerminal
}

export interface WorkflowCommand {
  readonly name: 'add-mask' | 'error' | 'warning'
  readonly properties?: { readonly [name: string]: string } | undefined
  readonly data: string
}

/** The command as one line. Whatever is in the data or in a property, it can neither end the line nor begin another command. */
export function commandLine({ name, properties = {}, data }: WorkflowCommand): string {
  const given = Object.entries(properties).map(([property, value]) => `${property}=${escapeProperty(value)}`)
  const head = given.length === 0 ? name : `${name} ${given.join(',')}`
  return `::${head}::${escapeData(data)}\n`
}

/** The runner undoes these three, in the opposite order. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
