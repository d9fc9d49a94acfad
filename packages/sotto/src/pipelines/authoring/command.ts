/** `command(name, options)`: a step that is a program in any language. */
import { isName, requireName, SottoError } from '@sotto/sdk/model'
import type { Json } from '@sotto/sdk/model'
import { definingFile } from './call-site.ts'
import type { Handle } from './handle.ts'
import type { CommandOutput } from './output.ts'
import { requireDeclarations } from './secret.ts'
import { readSettings } from './settings.ts'
import type { Settings } from './settings.ts'
import type { CallOptions } from './step.ts'
import type { CommandDefinition, CommandOutputs, CommandSecrets } from '../definitions.ts'
import { currentRecorder, registerStep } from '../registry.ts'

/**
 * What a command runs and uses. Its environment names three places: `SOTTO_PARAMS`, a JSON file with an object of
 * the parameters; `SOTTO_INPUTS`, a folder with a file `NAME.json` (or the file itself) for each input;
 * `SOTTO_OUTPUTS`, an empty folder where it writes each declared output. It runs in the folder of the pipeline's file.
 */
export interface CommandOptions<P extends readonly string[], I extends readonly string[], O extends CommandOutputs> {
  /** The program and its arguments; no shell reads them. */
  readonly run: readonly [string, ...string[]]
  /** Names of small values. */
  readonly params?: P
  /** Names of data that comes as files. */
  readonly inputs?: I
  readonly outputs?: O
  readonly secrets?: CommandSecrets
  /** With `true` the variables of the stack's experiment tracker are set, with an open run to join. */
  readonly tracker?: boolean
  readonly settings?: Settings
}

/** Data or handles for a command. */
export type CommandInput = Handle<unknown> | Json | readonly CommandInput[] | { readonly [name: string]: CommandInput }

type CommandResult<O> = keyof O extends never
  ? Handle<null>
  : { readonly [K in keyof O]: O[K] extends CommandOutput<infer T> ? Handle<T> : never }
type Given<N extends string> = { readonly [K in N]: CommandInput }
type CommandArguments<N extends string> = [N] extends [never]
  ? [inputs?: Given<never>, options?: CallOptions]
  : [inputs: Given<N>, options?: CallOptions]

/** A command as a pipeline's body calls it; its result has a handle for each output. */
export interface Command<N extends string, O> {
  (...given: CommandArguments<N>): CommandResult<O>
  readonly stepName: string
}

/** Defines a command. Codes: `name_invalid`, `pipeline_invalid`. */
export function command<
  const P extends readonly string[] = readonly [],
  const I extends readonly string[] = readonly [],
  const O extends CommandOutputs = Record<never, never>,
>(name: string, options: CommandOptions<P, I, O>): Command<P[number] | I[number], O> {
  const what = `command "${requireName('command', name)}"`
  requireArguments(what, options)
  const definition: CommandDefinition = {
    kind: 'command',
    name,
    file: definingFile(what),
    run: [...options.run],
    params: options.params ?? [],
    inputs: options.inputs ?? [],
    outputs: options.outputs ?? {},
    secrets: options.secrets ?? {},
    tracker: options.tracker === true,
    settings: readSettings(what, options.settings),
  }
  requireNames(what, definition)
  requireVariables(what, definition.secrets)
  registerStep(definition)
  const call = (inputs?: object, order?: CallOptions): unknown =>
    currentRecorder(what).addCommand(definition, inputs ?? {}, order?.after ?? [])
  return Object.assign(call, { stepName: name }) as Command<P[number] | I[number], O> // the builder makes one handle for each output
}

/** Types are stripped: arguments may be anything. */
function requireArguments(what: string, options: unknown): void {
  const run: unknown = typeof options === 'object' && options !== null ? Reflect.get(options, 'run') : undefined
  const texts =
    Array.isArray(run) && run.length > 0 && run.every((word) => typeof word === 'string' && !word.includes('\0'))
  if (!texts || run[0] === '')
    throw new SottoError('pipeline_invalid', `${what}: run is not a list of a program and its arguments`, {
      hint: "write run: ['python', 'train.py']",
    })
}

function requireNames(what: string, { params, inputs, outputs }: CommandDefinition): void {
  const given = [...params, ...inputs]
  const bad = [...given, ...Object.keys(outputs)].find((name) => !isName(name))
  if (bad !== undefined)
    throw new SottoError(
      'pipeline_invalid',
      `${what}: ${JSON.stringify(bad)} cannot name a parameter, input or output`,
      { hint: 'use letters, digits, _ and -' },
    )
  const twice = given.find((name, index) => given.indexOf(name) !== index)
  if (twice !== undefined)
    throw new SottoError('pipeline_invalid', `${what} names "${twice}" twice among params and inputs`)
}

function requireVariables(what: string, secrets: CommandSecrets): void {
  requireDeclarations(what, secrets)
  for (const [variable, declaration] of Object.entries(secrets)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(variable) || variable.startsWith('SOTTO_')) {
      throw new SottoError(
        'pipeline_invalid',
        `${what}: ${JSON.stringify(variable)} cannot be a variable of its environment`,
        {
          hint: 'use letters, digits and _; names that begin with SOTTO_ are taken',
        },
      )
    }
    if (declaration.kind === 'secret' && (declaration.keys?.length !== 1 || declaration.form !== 'text')) {
      throw new SottoError(
        'pipeline_invalid',
        `${what}: variable ${variable} takes exactly one key of a secret, as text`,
        {
          hint: `write ${variable}: secret('${declaration.name}', 'KEY'), or secretFile('${declaration.name}', 'KEY') for bytes`,
        },
      )
    }
  }
}
