/** `sotto exec`: a command with secrets in its environment and its output masked. Checked first, like a run. */
import { shown, SottoError, valueBytes } from '@sotto/sdk/model'
import type {
  Api,
  CheckReport,
  DeclaredSecret,
  JsonObject,
  PlacedSettings,
  ResolvedReferences,
  ValidationLevel,
} from '@sotto/sdk/model'
import { hasReference } from '@sotto/sdk/references'
import { Redactor } from '../redaction/redactor.ts'
import { validationLevel } from './engine/level.ts'
import { runInPipes } from './exec/pipes.ts'
import { isSteeringVariable } from './exec/steering-variables.ts'
import { runInTerminal } from './exec/terminal.ts'
import type { ExecStreams } from './exec/streams.ts'
import { environmentWithoutCredentials } from './supervisor/environment.ts'

export interface ExecOptions {
  readonly api: Api
  readonly argv: readonly string[]
  /** Secrets whose keys become variables: `crm.api-key` is `CRM_API_KEY`. */
  readonly secrets: readonly string[]
  /** Variables by name; values may hold references and win over those of `secrets`. */
  readonly variables: { readonly [name: string]: string }
  readonly level?: ValidationLevel | undefined
  /** The environment that the command inherits, without Sotto's own variables. */
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  readonly streams: ExecStreams
  /** Cancels: the command gets SIGTERM. Signals of a terminal go to the command by themselves. */
  readonly signal?: AbortSignal | undefined
  /** Told of the check before anything is resolved, and of notes (a missing terminal library, values too short to mask). */
  readonly onCheck?: ((report: CheckReport) => void) | undefined
  readonly onNote?: ((note: string) => void) | undefined
}

/**
 * Runs the command and returns its exit code (128 and the number of the signal that ended it). Codes: `check_failed`,
 * `input_invalid` for variables that clash, cannot be set, or are for whoever types the command alone,
 * `program_not_found` and `program_not_executable`.
 */
export async function execCommand(options: ExecOptions): Promise<number> {
  const { api, argv, env, onNote } = options
  if (argv.length === 0 || argv[0] === '')
    throw new SottoError('usage', 'there is no command to run', { hint: 'sotto exec --secret NAME -- COMMAND' })
  const needs = requirements(options)
  await check(options, needs)
  const resolved = await api.resolveReferences({ stack: null, ...needs })
  const redactor = new Redactor()
  for (const { label, value, plain } of resolved.revealed) if (!plain) redactor.add(valueBytes(value), label)
  for (const label of redactor.unmaskedLabels) onNote?.(`${label} is shorter than 6 bytes and is not masked in output`)
  const childEnv = {
    ...environmentWithoutCredentials(env),
    ...secretVariables(resolved, options.variables),
    ...literals(options.variables),
    ...referenceVariables(resolved),
  }
  requireSettable(childEnv, env)
  const child = { argv, cwd: options.cwd, env: childEnv, redactor, streams: options.streams, signal: options.signal }
  return (await runInTerminal(child, (note) => onNote?.(note))) ?? (await runInPipes(child))
}

interface Needs {
  readonly settings: readonly PlacedSettings[]
  readonly secrets: readonly DeclaredSecret[]
}

/** Only variables that hold references go to the store; the others are nobody's business. */
function requirements({ secrets, variables }: ExecOptions): Needs {
  const written = Object.entries(variables).filter(([, text]) => hasReference(text) || text.includes('{{'))
  const settings: JsonObject = Object.fromEntries(written)
  return {
    settings: written.length === 0 ? [] : [{ place: 'exec', settings }],
    secrets: [...new Set(secrets)].map((name) => ({ place: 'exec', name })),
  }
}

async function check({ api, level, env, onCheck }: ExecOptions, needs: Needs): Promise<void> {
  const asked = validationLevel(level, env)
  if (asked === 'NONE' || (needs.settings.length === 0 && needs.secrets.length === 0)) return
  const report = await api.checkReferences({ stack: null, level: asked, ...needs })
  onCheck?.(report)
  if (report.ok) return
  const problems = report.items.filter(({ outcome }) => outcome !== 'ok' && outcome !== 'not checked')
  const lines = problems.map(
    ({ path, reference, secret, outcome }) =>
      `${[path, reference === '' ? secret : reference].filter((part) => part !== undefined && part !== '').join(' = ')}: ${outcome}`,
  )
  throw new SottoError('check_failed', `the command was not started: ${lines.join('; ')}`, {
    hint: problems[0]?.next,
    details: { problems: lines },
  })
}

/** `crm.api-key` becomes `CRM_API_KEY`; two that become one are refused, and one that steers programs unless it is given. */
function secretVariables(resolved: ResolvedReferences, given: { readonly [name: string]: string }): NodeJS.ProcessEnv {
  const from = new Map<string, string>()
  const variables: NodeJS.ProcessEnv = {}
  for (const { name, values } of resolved.secrets) {
    for (const [key, value] of Object.entries(values)) {
      const label = `${name}.${key}`
      const variable = `${name}_${key}`
        .toUpperCase()
        .replace(/[^A-Z0-9]/g, '_')
        .replace(/^(?=[0-9])/, '_')
      const other = from.get(variable)
      if (other !== undefined)
        throw new SottoError('input_invalid', `${other} and ${label} would both be ${variable}`, {
          hint: `name one yourself: --env NAME='{{${label}}}'`,
        })
      if (Object.hasOwn(given, variable)) continue // what is given wins
      if (isSteeringVariable(variable))
        throw new SottoError('input_invalid', `${label} would be ${variable}, which steers programs`, {
          hint: `give it yourself where you mean it: --env ${variable}='{{${label}}}', or rename the key`,
        })
      if (value.encoding === 'base64')
        throw new SottoError('value_invalid', `the value of ${label} is bytes, which a variable cannot hold`, {
          hint: `sotto secret get ${name} ${key} writes it to a file`,
        })
      from.set(variable, label)
      variables[variable] = value.data
    }
  }
  return variables
}

function literals(variables: { readonly [name: string]: string }): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(variables).filter(([, text]) => !text.includes('{{')))
}

function referenceVariables(resolved: ResolvedReferences): NodeJS.ProcessEnv {
  const all = resolved.settings.flatMap(({ settings }) => Object.entries(settings))
  return Object.fromEntries(all.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])))
}

/** Looked at here, because Node's own error would quote the value. What was inherited is settable. */
function requireSettable(childEnv: NodeJS.ProcessEnv, inherited: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(childEnv)) {
    if (value === inherited[name]) continue
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      throw new SottoError('input_invalid', `${shown(name)} cannot be the name of a variable`, {
        hint: 'use letters, digits and _',
      })
    if (value?.includes('\0') === true)
      throw new SottoError(
        'value_invalid',
        `the value of variable ${name} holds a zero byte, which an environment cannot`,
      )
  }
}
