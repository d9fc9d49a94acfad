/** Settings, and where each came from. Never the text of a key. */
import { parseValidationLevel } from '@sotto/sdk/model'
import { findPlaces, shownStore } from '../../connect/places.ts'
import type { CliContext, Environment } from '../context.ts'
import { asSottoError } from '../print/error.ts'
import { findProject } from '../project/project-file.ts'
import type { Project } from '../project/project-file.ts'
import type { Finding } from './finding.ts'

export async function settingsFindings(context: CliContext): Promise<readonly Finding[]> {
  const { env } = context
  const places = findPlaces(env)
  const { project, findings } = await projectFindings(context)
  return [
    {
      name: 'place of the store',
      state: 'ok',
      found: shownStore(places),
      source: sourceOf(env, ['SOTTO_STORE', 'SOTTO_HOME', 'XDG_DATA_HOME']),
    },
    rootKeyFinding(env, places.rootKeyPath),
    ...findings,
    stackFinding(env, project),
    levelFinding(env, project),
    ...stepFinding(env),
    {
      name: 'terminal',
      state: 'ok',
      found: terminalText(context),
      source: sourceOf(env, ['NO_COLOR', 'FORCE_COLOR', 'TERM']),
    },
  ]
}

function rootKeyFinding(env: Environment, path: string): Finding {
  const name = 'root key'
  if (isSet(env, 'SOTTO_ROOT_KEY')) return { name, state: 'ok', found: 'in the environment', source: 'SOTTO_ROOT_KEY' }
  const file = env['SOTTO_ROOT_KEY_FILE']
  if (file !== undefined && file !== '') return { name, state: 'ok', found: file, source: 'SOTTO_ROOT_KEY_FILE' }
  const service = env['SOTTO_ROOT_KEY_SERVICE']
  if (service !== undefined && service !== '')
    return { name, state: 'ok', found: `wrapped by ${serviceText(service)}`, source: 'SOTTO_ROOT_KEY_SERVICE' }
  return { name, state: 'ok', found: path, source: sourceOf(env, ['SOTTO_HOME', 'XDG_STATE_HOME']) }
}

/** Names hold no credentials; one that does is refused, and not shown here either. */
function serviceText(name: string): string {
  return /^[a-z-]+:[^@?#\s]+$/.test(name) ? name : 'what is not the name of a key in a service'
}

async function projectFindings(
  context: CliContext,
): Promise<{ project: Project | undefined; findings: readonly Finding[] }> {
  const name = 'project file'
  try {
    const project = await findProject(context.cwd)
    return { project, findings: project === undefined ? [] : [{ name, state: 'ok', found: project.path }] }
  } catch (error) {
    const { message, hint } = asSottoError(error)
    const finding: Finding = { name, state: 'problem', found: message, ...(hint === undefined ? {} : { next: hint }) }
    return { project: undefined, findings: [finding] }
  }
}

function stackFinding(env: Environment, project: Project | undefined): Finding {
  const name = 'stack'
  const variable = env['SOTTO_STACK']
  if (variable !== undefined && variable !== '') return { name, state: 'ok', found: variable, source: 'SOTTO_STACK' }
  if (project?.stack !== undefined) return { name, state: 'ok', found: project.stack, source: 'sotto.yaml' }
  return { name, state: 'ok', found: 'the active one: sotto stack active', source: 'default' }
}

function levelFinding(env: Environment, project: Project | undefined): Finding {
  const name = 'validation level'
  const variable = ['SOTTO_SECRET_VALIDATION_LEVEL', 'ZENML_SECRET_VALIDATION_LEVEL'].find((one) => isSet(env, one))
  if (variable === undefined && project?.level !== undefined)
    return { name, state: 'ok', found: project.level, source: 'sotto.yaml' }
  if (variable === undefined) return { name, state: 'ok', found: 'SECRET_AND_KEY_EXISTS', source: 'default' }
  try {
    return { name, state: 'ok', found: parseValidationLevel(env[variable] ?? '', variable), source: variable }
  } catch (error) {
    const { message, hint } = asSottoError(error)
    return { name, state: 'problem', found: message, source: variable, ...(hint === undefined ? {} : { next: hint }) }
  }
}

function stepFinding(env: Environment): readonly Finding[] {
  if (!isSet(env, 'SOTTO_STEP_SOCKET')) return []
  return [
    {
      name: 'inside a step',
      state: 'note',
      found: 'secrets come from the run, not from the store',
      source: 'SOTTO_STEP_SOCKET',
    },
  ]
}

function terminalText({ stdin, stdout, stderr }: CliContext): string {
  const streams = [
    ['input', stdin.isTerminal],
    ['output', stdout.isTerminal],
    ['errors', stderr.isTerminal],
  ] as const
  const terminals = streams.filter(([, isTerminal]) => isTerminal).map(([name]) => name)
  const columns = stdout.columns()
  return terminals.length === 0
    ? 'none: nothing is asked'
    : `${terminals.join(', ')}${columns === undefined ? '' : `, ${String(columns)} columns`}`
}

/** The first of the variables that is set, or the default. */
function sourceOf(env: Environment, variables: readonly string[]): string {
  return variables.find((variable) => isSet(env, variable)) ?? 'default'
}

function isSet(env: Environment, variable: string): boolean {
  return (env[variable] ?? '') !== ''
}
