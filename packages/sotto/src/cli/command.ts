/** The shape of a command in the table, and what its action is given. */
import type { Api } from '@sotto/sdk/model'
import type { CliContext } from './context.ts'
import type { ParsedInput } from './parse/parsed-input.ts'
import type { Printer } from './print/printer.ts'
import type { Asker } from './prompt/asker.ts'

export type OutputFormat = 'table' | 'json' | 'yaml' | 'env' | 'value'

/** What completion offers for a word; looked up in metadata, never in values. */
export type Completes =
  | 'secret'
  | 'key'
  | 'stack'
  | 'component'
  | 'flavor'
  | 'component-type'
  | 'file'
  | 'pipeline'
  | 'topic'
  | 'command'
  | 'shell'

export interface ArgumentSpec {
  /** As help shows it: `NAME`. */
  readonly name: string
  readonly help: string
  readonly optional?: boolean
  /** Takes all that is left. */
  readonly many?: boolean
  readonly completes?: Completes
}

export interface OptionSpec {
  /** Without the dashes. */
  readonly name: string
  readonly short?: string
  readonly help: string
  /** `flag` takes no value; `list` may be given several times. */
  readonly kind: 'flag' | 'text' | 'integer' | 'time' | 'list'
  /** What help shows for the value: `FILE`. */
  readonly value?: string
  readonly choices?: readonly string[]
  readonly completes?: Completes
}

/** Arguments `--NAME=VALUE` that are data: keys of a secret, attributes of a component. */
export interface AttributesSpec {
  /** Which reserved words hold here; every other word is an attribute. */
  readonly reserved: ReservedGroup
  /** What help shows: `--KEY=VALUE`. */
  readonly shown: string
  readonly help: string
  readonly completes?: Completes
}

export type ReservedGroup = 'secret' | 'component' | 'run'

export interface Example {
  readonly line: string
  readonly about: string
}

export interface CommandSpec {
  /** `['secret', 'get']`. */
  readonly path: readonly string[]
  readonly summary: string
  /** At least two; help begins with them. */
  readonly examples: readonly Example[]
  /** Paragraphs for what the summary does not say. */
  readonly details?: readonly string[]
  readonly arguments?: readonly ArgumentSpec[]
  readonly options?: readonly OptionSpec[]
  readonly attributes?: AttributesSpec
  /** A command line after `--`, given to the action as it is. */
  readonly trailing?: ArgumentSpec
  /** The first one is the default; `table, json, yaml` when absent. */
  readonly outputs?: readonly OutputFormat[]
  /** Not in help, completion and documents. */
  readonly hidden?: boolean
  /** Loads the action on first use: a command loads no other command's code. */
  readonly load: () => Promise<Action>
}

/** The first word of commands, with what follows from it. */
export interface Noun {
  readonly name: string
  readonly summary: string
  readonly hidden?: boolean
  /** Made on demand: start-up builds only the table of the noun that was called. */
  readonly commands: () => readonly CommandSpec[]
}

/** What an action is given. */
export interface Call {
  readonly spec: CommandSpec
  readonly input: ParsedInput
  readonly print: Printer
  readonly ask: Asker
  readonly context: CliContext
  /** Connects on first use. */
  api(): Promise<Api>
}

/** Does the work; the number is the exit code, 0 where there is none. Failures are thrown as `SottoError`. */
export type Action = (call: Call) => Promise<number | undefined>
