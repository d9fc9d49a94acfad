/** Prints a failure: what happened, where, and the next command. Never a value. */
import { isSottoError, SottoError } from '@sotto/sdk/model'
import type { CliContext } from '../context.ts'
import { styleFor } from './style.ts'
import { safeJson, safeLine } from './text.ts'

interface ErrorOptions {
  readonly structured: boolean
  readonly debug: boolean
}

/** Three lines for a person, or one line of JSON; gives the exit code. */
export function printError(context: CliContext, thrown: unknown, { structured, debug }: ErrorOptions): number {
  const error = asSottoError(thrown)
  context.stderr.write(structured ? `${safeJson(error.toJSON())}\n` : errorText(context, error))
  if (debug) context.stderr.write(traceOf(thrown))
  return error.exitCode
}

function errorText(context: CliContext, error: SottoError): string {
  const style = styleFor(context.env, context.stderr)
  const [first = '', ...more] = error.message.split('\n').map(safeLine)
  // Indented, so that no message can end in a line that looks like ours.
  const lines = [`${style('red', 'error:')} ${first}`, ...more.map((line) => `  ${line.trimStart()}`)]
  for (const detail of Object.values(error.details)) {
    if (typeof detail !== 'object') continue
    for (const item of detail.map(safeLine)) {
      // A problem, or a list of them, is often in the message already.
      if (!lines.some((line) => line.includes(item))) lines.push(`  ${item}`)
    }
  }
  if (error.hint !== undefined && error.hint !== '') lines.push(`${style('bold', 'next:')} ${safeLine(error.hint)}`)
  return `${lines.join('\n')}\n`
}

/**
 * What is no `SottoError` is a mistake of ours or a refusal of the system. The message of a mistake may hold
 * anything, a piece of a value included (`JSON.parse` quotes its input), so only its class is told.
 */
export function asSottoError(thrown: unknown): SottoError {
  if (isSottoError(thrown)) return thrown
  if (thrown instanceof Error && 'syscall' in thrown && 'code' in thrown)
    return new SottoError('internal', thrown.message, { cause: thrown })
  const what = thrown instanceof Error ? thrown.name : typeof thrown
  return new SottoError('internal', `something went wrong inside Sotto (${what})`, {
    hint: 'run it again with --debug and report what it prints',
    cause: thrown,
  })
}

/** Where the error and its causes arose: names and places, no messages. */
function traceOf(thrown: unknown): string {
  const lines: string[] = []
  for (let error = thrown; error instanceof Error; error = error.cause) {
    const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
    lines.push(`${lines.length === 0 ? '' : 'caused by '}${error.name}`, ...frames)
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}
