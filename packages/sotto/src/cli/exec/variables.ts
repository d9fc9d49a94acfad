/** The variables that a command under `exec` gets besides those of `--secret`, from every door. */
import { isSottoError, shown, SottoError } from '@sotto/sdk/model'
import { parseTemplate } from '@sotto/sdk/references'
import { isSteeringVariable } from '../../pipelines/exec/steering-variables.ts'
import type { Call } from '../command.ts'
import type { Project } from '../project/project-file.ts'
import { readFile } from '../values/read-file.ts'
import { parseEnvFile } from './parse-env-file.ts'
import { isVariableName } from './variable-name.ts'

/**
 * The nearer door wins: `--env`, then `--env-file` (the last one first), then `exec.env` of the project file.
 * Codes: `input_invalid`, `file_unreadable`, `reference_malformed`.
 */
export async function gatherVariables(
  call: Call,
  project: Project | undefined,
): Promise<{ readonly [name: string]: string }> {
  const variables = new Map(Object.entries(project?.execEnv ?? {}))
  const fromProject = [...variables.keys()]
  const given = new Set<string>()
  const give = (name: string, text: string): void => {
    variables.set(name, text)
    given.add(name)
  }
  for (const path of call.input.list('env-file')) {
    for (const [name, text] of await readEnvFile(call, path)) give(name, text)
  }
  for (const [name, text] of fromOptions(call.input.list('env'))) give(name, text)
  // The file of a folder that somebody else wrote must not decide what code runs.
  const steering = fromProject.find((name) => isSteeringVariable(name) && !given.has(name))
  if (steering !== undefined)
    throw new SottoError('input_invalid', `${shown(project?.path ?? '')} sets ${steering}, which steers programs`, {
      hint: `give it yourself where you mean it: --env ${steering}=…, and take it out of the file`,
    })
  for (const [name, text] of variables) requireReferences(name, text)
  return Object.fromEntries(variables)
}

async function readEnvFile({ context }: Call, path: string): Promise<ReadonlyMap<string, string>> {
  const place = `file ${shown(path)}`
  const bytes = await readFile(context, path).catch((error: unknown) => {
    // The hint of the reader is about values of secrets.
    if (!isSottoError(error, 'file_unreadable')) throw error
    throw new SottoError(error.code, error.message, { hint: 'give the path of a .env file', cause: error })
  })
  let text
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new SottoError('input_invalid', `${place} is not UTF-8 text`)
  }
  return parseEnvFile(text, place)
}

function fromOptions(given: readonly string[]): ReadonlyMap<string, string> {
  const variables = new Map<string, string>()
  for (const each of given) {
    const at = each.indexOf('=')
    const name = at === -1 ? '' : each.slice(0, at)
    // What is behind a missing `=` may be a value, so it is not shown.
    if (at < 1)
      throw new SottoError('input_invalid', '--env names no variable', { hint: 'write --env NAME={{secret.key}}' })
    if (!isVariableName(name))
      throw new SottoError('input_invalid', `${shown(name)} cannot be the name of a variable`, {
        hint: 'use letters, digits and _',
      })
    if (variables.has(name))
      throw new SottoError('input_invalid', `--env ${name} is given twice`, { hint: 'give each variable once' })
    variables.set(name, each.slice(at + 1))
  }
  return variables
}

/** A reference that does not parse is told with the variable's name. */
function requireReferences(name: string, text: string): void {
  try {
    parseTemplate(text)
  } catch (error) {
    if (!(error instanceof SottoError)) throw error
    throw new SottoError(error.code, `variable ${name}: ${error.message}`, { hint: error.hint, cause: error })
  }
}
