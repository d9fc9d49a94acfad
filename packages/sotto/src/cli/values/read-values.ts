/**
 * The values of a write, from every door: `--KEY=VALUE` with its `@` forms, `--values`, and `-i`. Values are text or
 * bytes exactly as given; what looks like an accident of a file is kept and told once.
 */
import { bytesValue, emptyRecord, isSottoError, shown, SottoError, textValue } from '@sotto/sdk/model'
import type { SecretValue } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import type { CliContext } from '../context.ts'
import type { Attribute } from '../parse/parsed-input.ts'
import { readFile, readStandardInput } from './read-file.ts'
import { oddities, trimmed } from './oddities.ts'
import { parseValues, textOf } from './parse-values.ts'
import { bytesEntry, nestedPath } from './values-text.ts'
import type { ValuesText } from './values-text.ts'

export interface GivenValues {
  readonly values: { readonly [key: string]: SecretValue }
  /** Keys given as null. */
  readonly removed: readonly string[]
}

/** `@word:` is reserved for ways to get a value: `base64` and `random` so far. */
const prefix = /^@([A-Za-z][A-Za-z0-9+.-]*):/

/** Collects values by key and tells apart who gave which. */
class Collector {
  readonly values: Record<string, SecretValue> = emptyRecord()
  readonly removed: string[] = []
  readonly odd: string[] = []
  readonly #context: CliContext
  readonly #trim: boolean
  #standardInputOf: string | undefined

  constructor(context: CliContext, trim: boolean) {
    this.#context = context
    this.#trim = trim
  }

  async attribute({ name, text }: Attribute): Promise<void> {
    this.values[name] = await this.value(`--${name}`, text)
  }

  /** A value as written: text, or what its `@` form names. */
  async value(door: string, text: string): Promise<SecretValue> {
    if (!text.startsWith('@')) return textValue(text)
    if (text.startsWith('@@')) return textValue(text.slice(1))
    const word = prefix.exec(text)?.[1]
    if (word === 'base64') {
      const bytes = await this.read(door, text.slice('@base64:'.length))
      return { encoding: 'base64', data: Buffer.from(bytes).toString('base64') }
    }
    if (word === 'random') {
      const { randomValue } = await import('./random-value.ts')
      return randomValue(door, text.slice('@random:'.length))
    }
    if (word !== undefined) {
      // The word is not shown: it may be the beginning of a value.
      throw new SottoError('value_invalid', `${door}: the form @WORD: is reserved and not available`, {
        hint: 'a file of that name is written @./NAME, a text that begins with @ is written with @@',
      })
    }
    return this.#fromFile(door, bytesValue(await this.read(door, text.slice(1))))
  }

  async read(door: string, path: string): Promise<Uint8Array> {
    if (path === '')
      throw new SottoError('value_invalid', `${door}: @ names no file`, {
        hint: 'write @FILE, @- for standard input, or @@ for a text that begins with @',
      })
    // The name is not shown: it may be a value that begins with @.
    if (path !== '-')
      return readFile(this.#context, path, door === '--values' ? undefined : `${door}: the file named behind @`)
    if (this.#standardInputOf !== undefined)
      throw new SottoError('input_invalid', `${this.#standardInputOf} and ${door} both read standard input`, {
        hint: 'give @- once',
      })
    this.#standardInputOf = door
    return readStandardInput(this.#context)
  }

  #fromFile(door: string, value: SecretValue): SecretValue {
    if (value.encoding !== 'utf8') return value
    if (this.#trim) return textValue(trimmed(value.data))
    const found = oddities(value.data)
    if (found.length > 0) this.odd.push(`${door} (${found.join(', ')})`)
    return value
  }
}

/** Codes: `usage`, `input_invalid`, `value_invalid`, `value_too_large`, `file_unreadable`, `interrupted`. */
export async function readValues(call: Call): Promise<GivenValues> {
  const { input, context } = call
  const collector = new Collector(context, input.flag('trim'))
  await addAttributes(collector, input.attributes)
  const values = input.text('values')
  if (values !== undefined) await addValuesText(collector, values)
  if (input.flag('interactive')) {
    const { askValues } = await import('./ask-values.ts')
    await askValues(call, collector.values, (text) => collector.value('the answer', text))
  }
  tellOddities(call, collector.odd)
  tellHistory(call)
  return { values: collector.values, removed: collector.removed }
}

/** Files that cannot be read are told together: who wrote three of them mends them at once. */
async function addAttributes(collector: Collector, attributes: readonly Attribute[]): Promise<void> {
  const unreadable: SottoError[] = []
  for (const attribute of attributes) {
    try {
      await collector.attribute(attribute)
    } catch (error) {
      if (!isSottoError(error, 'file_unreadable')) throw error
      unreadable.push(error)
    }
  }
  const [first] = unreadable
  if (first === undefined) return
  if (unreadable.length === 1) throw first
  throw new SottoError('file_unreadable', `${String(unreadable.length)} files cannot be read`, {
    hint: first.hint,
    details: { problems: unreadable.map(({ message }) => message) },
  })
}

/** The text that `--values` gives, itself or by `@FILE` or `@-`, and how errors call the place. */
export async function readValuesText(context: CliContext, given: string): Promise<{ text: string; place: string }> {
  return valuesText(new Collector(context, false), given)
}

async function valuesText(collector: Collector, given: string): Promise<{ text: string; place: string }> {
  if (!given.startsWith('@')) return { text: given, place: '--values' }
  const place = given === '@-' ? '--values from standard input' : `--values from ${shown(given.slice(1))}`
  return { text: textOf(await collector.read('--values', given.slice(1))), place }
}

/** A value that was typed: text, or what its `@` form names. */
export async function typedValue(context: CliContext, text: string): Promise<SecretValue> {
  return new Collector(context, false).value('the answer', text)
}

async function addValuesText(collector: Collector, given: string): Promise<void> {
  const { text, place } = await valuesText(collector, given)
  const parsed = await parseValues(text, place)
  refuseUnfit(parsed, collector, place)
  for (const entry of parsed.entries) {
    const bytes = bytesEntry(entry, place)
    if (bytes !== undefined) collector.values[entry.key] = bytes
    if (entry.kind !== 'scalar') continue
    if (entry.value === null) collector.removed.push(entry.key)
    else collector.values[entry.key] = textValue(entry.value)
  }
}

function refuseUnfit({ entries, format }: ValuesText, collector: Collector, place: string): void {
  const nested = entries
    .filter((entry) => entry.kind !== 'scalar' && bytesEntry(entry, place) === undefined)
    .map(nestedPath)
  if (nested.length > 0) {
    throw new SottoError('value_invalid', `${place}: nested data at ${nested.join(', ')}`, {
      hint: `values are text; write nested data as one text in quotes, or give it flat names`,
    })
  }
  const seen = new Set<string>()
  const twice = new Set<string>()
  const both = new Set<string>()
  for (const { key } of entries) {
    if (seen.has(key)) twice.add(key)
    if (Object.hasOwn(collector.values, key)) both.add(key)
    seen.add(key)
  }
  if (twice.size > 0)
    throw new SottoError('input_invalid', `${place}: ${[...twice].map(shown).join(', ')} is in the ${format} twice`, {
      hint: 'give each key once',
    })
  if (both.size > 0)
    throw new SottoError(
      'input_invalid',
      `${[...both].map(shown).join(', ')} is given twice: as --KEY= and in ${place}`,
      { hint: 'give each key once' },
    )
}

function tellOddities(call: Call, odd: readonly string[]): void {
  if (odd.length === 0) return
  call.print.warn(
    `kept as it is in the file: ${odd.join('; ')}; --trim removes line breaks and blanks around a value, BOM and CR`,
  )
}

/** Only where a shell keeps a history, and only for what is no `@` form and not marked plain. */
function tellHistory({ input, context, print }: Call): void {
  if (!context.stdin.isTerminal || !context.stderr.isTerminal) return
  const plain = new Set(input.list('plain'))
  const bare = input.attributes.filter(
    ({ name, text }) => text !== '' && (!text.startsWith('@') || text.startsWith('@@')) && !plain.has(name),
  )
  const inValues = input.text('values')?.startsWith('@') === false
  if (bare.length === 0 && !inValues) return
  print.warn(
    'values on the command line stay in the history of your shell; --KEY=@FILE, --values=@FILE and -i keep them out',
  )
}
