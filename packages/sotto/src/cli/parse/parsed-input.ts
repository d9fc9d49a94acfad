/** The arguments of one call, by the names of its entry in the table. */
import type { CommandShape, OptionSpec } from '../command-shape.ts'

/** An attribute as it was given. */
export interface Attribute {
  readonly name: string
  readonly text: string
}

interface Parts {
  readonly arguments: ReadonlyMap<string, readonly string[]>
  readonly options: ReadonlyMap<string, readonly string[]>
  readonly attributes: readonly Attribute[]
  readonly trailing: readonly string[]
}

/** Asking for a name that the table does not declare is a programmer's mistake and fails loudly. */
export class ParsedInput {
  readonly #spec: CommandShape
  readonly #parts: Parts
  readonly #common: readonly OptionSpec[]

  constructor(spec: CommandShape, common: readonly OptionSpec[], parts: Parts) {
    this.#spec = spec
    this.#common = common
    this.#parts = parts
  }

  /** `--NAME=VALUE` in the order they were given; names are distinct. */
  get attributes(): readonly Attribute[] {
    return this.#parts.attributes
  }

  /** The command line after `--`. */
  get trailing(): readonly string[] {
    return this.#parts.trailing
  }

  /** A required argument. */
  argument(name: string): string {
    const text = this.optionalArgument(name)
    if (text === undefined) throw new TypeError(`argument ${name} is optional; ask for it as such`)
    return text
  }

  optionalArgument(name: string): string | undefined {
    return this.manyArguments(name)[0]
  }

  manyArguments(name: string): readonly string[] {
    const declared = this.#spec.arguments?.some((known) => known.name === name)
    if (declared !== true) throw new TypeError(`${this.#spec.path.join(' ')} declares no argument ${name}`)
    return this.#parts.arguments.get(name) ?? []
  }

  flag(name: string): boolean {
    return this.#option(name, ['flag']) !== undefined
  }

  /** The text of an option of kind `text`, `time` or with choices; `undefined` when not given. */
  text(name: string): string | undefined {
    return this.#option(name, ['text', 'time'])?.[0]
  }

  /** A whole number from 1; checked when it was parsed. */
  integer(name: string): number | undefined {
    const text = this.#option(name, ['integer'])?.[0]
    return text === undefined ? undefined : Number(text)
  }

  list(name: string): readonly string[] {
    return this.#option(name, ['list']) ?? []
  }

  #option(name: string, kinds: readonly OptionSpec['kind'][]): readonly string[] | undefined {
    const spec = [...(this.#spec.options ?? []), ...this.#common].find((known) => known.name === name)
    if (spec === undefined || !kinds.includes(spec.kind)) {
      throw new TypeError(`${this.#spec.path.join(' ')} declares no ${kinds.join(' or ')} option ${name}`)
    }
    return this.#parts.options.get(name)
  }
}
