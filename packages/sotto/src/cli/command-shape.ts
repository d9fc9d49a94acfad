/** What the table says of a command: parser, help and completion need no more. */

export type OutputFormat = 'table' | 'json' | 'yaml' | 'env' | 'dotenv' | 'value'

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

/** All of a command but its action. */
export interface CommandShape {
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
}
