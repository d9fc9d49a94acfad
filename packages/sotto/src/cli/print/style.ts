/** Colour, where the reader can see it. */
import { styleText } from 'node:util'
import type { Environment, Output } from '../context.ts'

type Format = Parameters<typeof styleText>[0]

export type Style = (format: Format, text: string) => string

/** `NO_COLOR` wins over `FORCE_COLOR`; else a terminal that is not dumb gets colour. */
export function styleFor(env: Environment, output: Output): Style {
  if (!hasColour(env, output)) return (_format, text) => text
  // The decision is made here, from the environment we were given and not from the process's.
  return (format, text) => styleText(format, text, { validateStream: false })
}

function hasColour(env: Environment, output: Output): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false
  const forced = env['FORCE_COLOR']
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false'
  return output.isTerminal && env['TERM'] !== 'dumb'
}
