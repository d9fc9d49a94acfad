/** The rules for a flavor that is registered. */
import { attributeTypes, isKeyName, requireName, shown } from '@sotto/sdk/model'
import type { Flavor, FlavorAttribute, Json } from '@sotto/sdk/model'
import { findReferences } from '@sotto/sdk/references'
import { attributeInvalid } from './attributes.ts'
import { fitsType, typeWords } from './attribute-value.ts'
import { requireComponentType } from './component-type.ts'
import { requireDescription } from '../labels.ts'
import { suggestion } from '../suggestion.ts'

const requirements: readonly FlavorAttribute['required'][] = ['no', 'register', 'run']

/** Refuses a flavor outside the rules: `name_invalid`, `input_invalid`, and one `attribute_invalid` for all its attributes. */
export function requireFlavor(input: Omit<Flavor, 'builtIn'>): void {
  requireComponentType(input.type)
  requireName('flavor', input.name)
  for (const { description } of [input, ...input.attributes]) requireDescription(description)
  const seen = new Set<string>()
  const problems = input.attributes.flatMap((attribute) => {
    const twice = seen.has(attribute.name)
    seen.add(attribute.name)
    const found = attributeProblems(attribute)
    return twice ? [`${shown(attribute.name)} is declared twice`, ...found] : found
  })
  if (problems.length > 0) throw attributeInvalid(problems, 'sotto flavor register --help')
}

function attributeProblems({ name, type, required, secret, default: preset }: FlavorAttribute): string[] {
  const problems: string[] = []
  const quoted = shown(name)
  if (!isKeyName(name))
    problems.push(`${quoted} is not allowed: 1 to 128 of A-Z a-z 0-9 _ . -, beginning with a letter or _`)
  if (!attributeTypes.includes(type))
    problems.push(`${quoted} has the unknown type ${shown(type)}${suggestion(type, attributeTypes)}`)
  else if (preset !== undefined && !fitsType(type, preset))
    problems.push(`the default of ${quoted} must be ${typeWords[type]}`)
  if (!requirements.includes(required)) problems.push(`${quoted} is required "no", "register" or "run"`)
  if (secret && preset !== undefined)
    problems.push(`${quoted} is secret, so it has no default: everybody could read it`)
  if (preset !== undefined && holdsReferences(preset)) problems.push(`the default of ${quoted} holds a reference`)
  return problems
}

/** A default is nobody's text, so nobody could be asked whether it may reach a secret. */
function holdsReferences(value: Json): boolean {
  const { references, problems } = findReferences(value, '')
  return references.length + problems.length > 0
}
