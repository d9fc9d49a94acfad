/**
 * Takes the attributes out of the arguments, before anything else looks at them: an argument
 * `--NAME=VALUE` whose name is not reserved is one in any position, and after `--` every one is.
 */
import { SottoError, shown } from '@sotto/sdk/model'
import type { AttributesSpec } from '../command-shape.ts'
import { isReserved } from '../table/reserved-words.ts'
import type { Attribute } from './parsed-input.ts'

export interface SplitArguments {
  readonly attributes: readonly Attribute[]
  /** Options and arguments, in their order; `--` and what follows it only where it was no attribute. */
  readonly rest: readonly string[]
}

/** Codes: `input_invalid` for a name given twice, `usage` for `--=x`. */
export function splitAttributes(spec: AttributesSpec, argv: readonly string[]): SplitArguments {
  const attributes: Attribute[] = []
  const rest: string[] = []
  const end = argv.indexOf('--')
  for (const [index, argument] of argv.entries()) {
    const attribute = readAttribute(argument)
    const behindEnd = end !== -1 && index > end
    if (attribute !== undefined && (behindEnd || !isReserved(spec.reserved, attribute.name))) attributes.push(attribute)
    else rest.push(argument)
  }
  refuseDuplicates(attributes)
  return { attributes, rest }
}

function readAttribute(argument: string): Attribute | undefined {
  if (!argument.startsWith('--')) return undefined
  const at = argument.indexOf('=')
  if (at === -1) return undefined
  const name = argument.slice(2, at)
  if (name === '')
    throw new SottoError('usage', 'an argument begins with --= and names nothing', { hint: 'write it as --NAME=VALUE' })
  return { name, text: argument.slice(at + 1) }
}

function refuseDuplicates(attributes: readonly Attribute[]): void {
  const seen = new Set<string>()
  const twice = new Set<string>()
  for (const { name } of attributes) (seen.has(name) ? twice : seen).add(name)
  if (twice.size === 0) return
  throw new SottoError('input_invalid', `${[...twice].map(shown).join(', ')} is given twice`, {
    hint: 'give each name once',
  })
}
