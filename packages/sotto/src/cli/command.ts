/** A command of the table with its action, and what the action is given. */
import type { Api } from '@sotto/sdk/model'
import type { CommandShape } from './command-shape.ts'
import type { CliContext } from './context.ts'
import type { ParsedInput } from './parse/parsed-input.ts'
import type { Printer } from './print/printer.ts'
import type { Asker } from './prompt/asker.ts'

export type { ArgumentSpec, AttributesSpec, Completes, OptionSpec, OutputFormat } from './command-shape.ts'

export interface CommandSpec extends CommandShape {
  /** Loads the action on first use: a command loads no other command's code. */
  readonly load: () => Promise<Action>
}

/** The first word of commands, with what follows from it. */
export interface Noun {
  readonly name: string
  readonly summary: string
  readonly hidden?: boolean
  /** Loaded on demand: start-up builds only the table of the noun that was called. */
  readonly commands: () => Promise<readonly CommandSpec[]>
}

/** What an action is given. */
export interface Call {
  readonly spec: CommandSpec
  readonly input: ParsedInput
  readonly print: Printer
  readonly ask: Asker
  readonly context: CliContext
  /** Connects on first use. */
  readonly api: () => Promise<Api>
}

/** Does the work; the number is the exit code, 0 where there is none. Failures are thrown as `SottoError`. */
export type Action = (call: Call) => Promise<number | undefined>
