/**
 * Parses the arguments of a command by its entry in the table. Ours and not a package's, because
 * attributes and the rule that no value may show in a message shape all of it; the measurements
 * are in docs/decisions/0002-command-line-parser.md.
 */
import { nearest, shown, SottoError } from '@sotto/sdk/model'
import type { CommandShape, OptionSpec } from '../command-shape.ts'
import { commonOptions, outputsOf } from '../table/common-options.ts'
import { isReserved } from '../table/reserved-words.ts'
import { ParsedInput } from './parsed-input.ts'
import { splitAttributes } from './split-attributes.ts'
import { usageLine } from './usage-line.ts'

/** Every option with its dashes and the words given to it. */
class OptionReader {
  readonly given = new Map<string, string[]>()
  readonly #spec: CommandShape
  readonly #options: readonly OptionSpec[]

  constructor(spec: CommandShape) {
    this.#spec = spec
    this.#options = [...(spec.options ?? []), ...commonOptions]
  }

  /** Reads the option at `words[index]` and gives the index of the last word it took. */
  read(words: readonly string[], index: number): number {
    const word = words[index] ?? ''
    const { option, inline } = this.#match(word)
    if (option.kind === 'flag') {
      if (inline !== undefined) throw this.#takesNoValue(option)
      this.#add(option, '')
      return index
    }
    if (inline !== undefined) {
      this.#add(option, inline)
      return index
    }
    const next = words[index + 1]
    if (next === undefined || (next.startsWith('-') && next !== '-' && option.choices?.includes(next) !== true)) {
      throw usage(`--${option.name} needs a value`, `write it as --${option.name}=${option.value ?? 'VALUE'}`)
    }
    this.#add(option, next)
    return index + 1
  }

  #match(word: string): { option: OptionSpec; inline: string | undefined } {
    if (word.startsWith('--')) {
      const at = word.indexOf('=')
      const name = at === -1 ? word.slice(2) : word.slice(2, at)
      const option = this.#options.find((known) => known.name === name)
      if (option === undefined) throw this.#unknown(name, at !== -1)
      return { option, inline: at === -1 ? undefined : word.slice(at + 1) }
    }
    const option = this.#options.find((known) => known.short === word[1])
    // Only the letter is shown: what follows may be a value.
    if (option === undefined)
      throw usage(`unknown option ${shown(word.slice(0, 2))}`, `sotto ${this.#spec.path.join(' ')} --help`)
    const text = word.slice(word[2] === '=' ? 3 : 2)
    return { option, inline: text === '' ? undefined : text }
  }

  #add(option: OptionSpec, text: string): void {
    const before = this.given.get(option.name)
    if (before !== undefined && option.kind !== 'list' && option.kind !== 'flag')
      throw usage(`--${option.name} is given twice`, 'give it once')
    this.#check(option, text)
    this.given.set(option.name, [...(before ?? []), text])
  }

  /** The text is not shown: `--scope=…` may be meant for a key of that name. */
  #check(option: OptionSpec, text: string): void {
    if (option.choices !== undefined && !option.choices.includes(text)) {
      const near = this.#spec.attributes === undefined ? nearest(text, option.choices) : undefined
      const hint = near === undefined ? this.#asKey(option.name) : `did you mean --${option.name} ${near}?`
      throw usage(
        `--${option.name} takes one of ${option.choices.join(', ')}`,
        hint ?? `--${option.name} ${option.choices[0] ?? ''}`,
      )
    }
    if (option.kind === 'integer' && !/^[1-9]\d{0,14}$/.test(text))
      throw usage(`--${option.name} takes a whole number from 1`, `write it as --${option.name}=3`)
  }

  #takesNoValue(option: OptionSpec): SottoError {
    return usage(`--${option.name} takes no value`, this.#asKey(option.name) ?? `write --${option.name} alone`)
  }

  #unknown(name: string, hasValue: boolean): SottoError {
    const { attributes } = this.#spec
    if (attributes !== undefined && isReserved(attributes.reserved, name)) {
      return usage(
        `--${name} is a reserved word and no option of sotto ${this.#spec.path.join(' ')}`,
        this.#asKey(name) ?? '',
      )
    }
    const near = nearest(
      name,
      this.#options.map((known) => known.name),
    )
    const suggestion = near === undefined ? `sotto ${this.#spec.path.join(' ')} --help` : `--${near}`
    if (attributes === undefined || hasValue)
      return usage(
        `unknown option ${shown(`--${name}`)}`,
        near === undefined ? suggestion : `did you mean ${suggestion}?`,
      )
    // `--NAME VALUE`: the value is the next word, and is not shown.
    return usage(
      `${shown(`--${name}`)} has no value`,
      near === undefined
        ? `write it with =, as --${name}=VALUE`
        : `write it with =, as --${name}=VALUE; or did you mean ${suggestion}?`,
    )
  }

  #asKey(name: string): string | undefined {
    if (this.#spec.attributes === undefined) return undefined
    return `for a name of yours called ${name}, put it after --, as in: sotto ${this.#spec.path.join(' ')} … -- --${name}=VALUE`
  }
}

/** Codes: `usage`; `input_invalid` for an attribute given twice. No message shows a value. */
export function parseInput(spec: CommandShape, argv: readonly string[]): ParsedInput {
  const { own, trailing } = splitTrailing(spec, argv)
  const { attributes, rest } =
    spec.attributes === undefined ? { attributes: [], rest: own } : splitAttributes(spec.attributes, own)
  refuseSplitReference(own)
  const reader = new OptionReader(spec)
  const words: string[] = []
  let open = true
  for (let index = 0; index < rest.length; index += 1) {
    const word = rest[index] ?? ''
    if (open && word === '--') open = false
    else if (open && word.startsWith('-') && word !== '-') index = reader.read(rest, index)
    else words.push(word)
  }
  const output = reader.given.get('output')?.[0]
  if (output !== undefined) checkOutput(spec, output)
  const parts = { options: reader.given, attributes, trailing, arguments: new Map<string, readonly string[]>() }
  // Help is shown however incomplete the rest is.
  if (!reader.given.has('help')) parts.arguments = placeArguments(spec, words)
  return new ParsedInput(spec, commonOptions, parts)
}

function splitTrailing(
  spec: CommandShape,
  argv: readonly string[],
): { own: readonly string[]; trailing: readonly string[] } {
  const end = spec.trailing === undefined ? -1 : argv.indexOf('--')
  return end === -1 ? { own: argv, trailing: [] } : { own: argv.slice(0, end), trailing: argv.slice(end + 1) }
}

/** `--password={{ a.b }}` without quotes reaches us as three arguments. */
function refuseSplitReference(argv: readonly string[]): void {
  if (!argv.some((argument) => argument.endsWith('{{') || argument === '}}')) return
  throw usage(
    'a reference with blanks was split by the shell',
    "quote it, as in '--NAME={{ secret.key }}', or write it without blanks: --NAME={{secret.key}}",
  )
}

function placeArguments(spec: CommandShape, words: readonly string[]): Map<string, readonly string[]> {
  const placed = new Map<string, readonly string[]>()
  let at = 0
  for (const argument of spec.arguments ?? []) {
    const taken = argument.many === true ? words.slice(at) : words.slice(at, at + 1)
    if (taken.length === 0 && argument.optional !== true) throw usage(`${argument.name} is missing`, usageLine(spec))
    placed.set(argument.name, taken)
    at += taken.length
  }
  // The surplus word is not shown: it may be a value that lost its `=` or its quotes.
  if (at < words.length)
    throw usage(
      `sotto ${spec.path.join(' ')} got ${String(words.length - at)} argument${words.length - at === 1 ? '' : 's'} too many`,
      usageLine(spec),
    )
  return placed
}

function checkOutput(spec: CommandShape, output: string): void {
  const outputs = outputsOf(spec)
  if (!outputs.some((format) => format === output))
    throw usage(`sotto ${spec.path.join(' ')} has no output ${shown(output)}`, `-o ${outputs.join(', -o ')}`)
}

function usage(message: string, hint: string): SottoError {
  return new SottoError('usage', message, { hint })
}
