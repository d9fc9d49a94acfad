/** Variables of a `.env` file for a command. Their texts may hold references. */
import { shown, SottoError } from '@sotto/sdk/model'
import { scanEnv } from '../values/scan-env.ts'
import { isVariableName } from './variable-name.ts'

/**
 * Variables in their order. `place` names the file in errors, which hold lines and never a value. Codes:
 * `input_invalid` for every line that is none, and for a name that stands twice.
 */
export function parseEnvFile(text: string, place: string): ReadonlyMap<string, string> {
  const scanned = scanEnv(text)
  const variables = new Map<string, string>()
  const problems = [...scanned.problems]
  for (const { name, value, line } of scanned.variables) {
    if (!isVariableName(name)) problems.push({ line, text: `${shown(name)} cannot be the name of a variable` })
    else if (variables.has(name)) problems.push({ line, text: `${name} is given twice` })
    variables.set(name, value)
  }
  if (problems.length === 0) return variables
  const told = problems.toSorted((a, b) => a.line - b.line).map((each) => `line ${String(each.line)}: ${each.text}`)
  throw new SottoError(
    'input_invalid',
    `${place} cannot be read: ${told.length === 1 ? (told[0] ?? '') : `${String(told.length)} lines`}`,
    {
      hint: 'write NAME=value, NAME=\'literal\' or NAME="with \\n"; # begins a comment',
      details: told.length === 1 ? {} : { problems: told },
    },
  )
}
