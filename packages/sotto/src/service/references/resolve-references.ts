/**
 * The resolution for an attempt, or for a command under `exec`: the same questions and the same decision as the check,
 * which then goes on to open values, all in one batch. Anything that is not ok refuses the whole.
 */
import { SottoError, emptyRecord, shown, valueBytes } from '@sotto/sdk/model'
import type {
  CheckItem,
  FlavorAttribute,
  Json,
  PlacedSettings,
  ResolvedComponent,
  ResolvedReferences,
  ResolvedSecret,
  ResolveReferencesInput,
  RevealedValue,
  SecretValue,
} from '@sotto/sdk/model'
import { hasReference, substituteReferences } from '@sotto/sdk/references'
import type { Reference } from '@sotto/sdk/references'
import { convertText, typeWords } from '../stacks/attribute-value.ts'
import { attributesByName } from '../stacks/attributes.ts'
import type { Call } from '../call.ts'
import { answerQuestions } from './check.ts'
import type { Handlers } from '../door.ts'
import type { Decision } from './reference-decision.ts'
import { loadUsedStack } from './reference-layers.ts'
import type { LayeredComponent, Written } from './reference-layers.ts'
import { attemptRequest } from './reference-request.ts'
import type { SecretQuestion } from './reference-request.ts'
import { AnswerSize } from '../secrets/answer-size.ts'
import { prepareReveals } from '../secrets/secret-resolve.ts'
import type { Reveal } from '../secrets/secret-resolve.ts'

type Revealed = Extract<ResolvedSecret, { unchanged: false }>

export const resolveHandlers: Handlers<'resolveReferences'> = { resolveReferences }

/**
 * Throws `check_failed` with everything that cannot be resolved, `stack_not_found`, `component_not_found` for a type that
 * the stack lacks, `attribute_invalid` where a value does not fit its attribute, and `value_too_large` where values and
 * the texts that are made with them are more than an answer may hold.
 */
async function resolveReferences(call: Call, input: ResolveReferencesInput): Promise<ResolvedReferences> {
  const stack = await loadUsedStack(call, input.stack)
  const name = stack?.row.name ?? null
  const { questions, components, layers } = attemptRequest(stack, input)
  const { items, decisions } = await answerQuestions(call, questions, { depth: 'keys', stack: name })
  const failed = items.filter(({ outcome }) => outcome !== 'ok')
  if (failed.length > 0) throw checkFailed(name, failed)
  const values = await Values.reveal(call, decisions, input.attempt)
  if (decisions.size === 0) {
    call.event({ object: name === null ? 'references' : `stack ${name}`, objectId: stack?.row.id ?? '' })
  }
  return {
    components: components.map((component) => resolveComponent(component, values)),
    settings: layers.map(({ place, others }): PlacedSettings => ({
      place,
      settings: Object.fromEntries(others.map((written) => [written.path, resolveValue(written, values)])),
    })),
    secrets: (input.secrets ?? []).map(({ name: secret, keys, version }) => values.declared(secret, keys, version)),
    revealed: values.revealed,
  }
}

/** What was revealed, found again by what was asked. */
class Values {
  readonly #byTarget: ReadonlyMap<string, Revealed>
  readonly revealed: readonly RevealedValue[]
  readonly #texts = new AnswerSize()

  constructor(byTarget: ReadonlyMap<string, Revealed>, versions: readonly Revealed[]) {
    this.#byTarget = byTarget
    this.revealed = versions.flatMap(({ name, values, plain }) =>
      Object.entries(values).map(([key, value]) => ({ label: `${name}.${key}`, value, plain: plain.includes(key) })),
    )
  }

  /** Opens each value once, whoever asked for it: one reveal and one event for a version. */
  static async reveal(
    call: Call,
    decisions: ReadonlyMap<SecretQuestion, Decision>,
    attempt: string | undefined,
  ): Promise<Values> {
    const reveals = new Map<string, Reveal & { readonly keys: string[] }>()
    const targets = new Map<string, string>()
    for (const [question, { found, version }] of decisions) {
      if (found === undefined || version === undefined) throw new Error('a secret that is ok was not found')
      const { id } = version.row
      targets.set(targetName(question.secret, question.version), id)
      const reveal = reveals.get(id) ?? { secret: found.row, version: version.row, keys: [] }
      reveal.keys.push(...(question.key === undefined ? version.keys.keys() : [question.key]))
      reveals.set(id, reveal)
    }
    const wanted = [...reveals.values()].map((reveal) => ({ ...reveal, keys: [...new Set(reveal.keys)].toSorted() }))
    const versions = (await prepareReveals(call, wanted, attempt)).map((open) => open())
    const byVersion = new Map(wanted.map(({ version }, index) => [version.id, versions[index]] as const))
    const byTarget = new Map<string, Revealed>()
    for (const [target, id] of targets) {
      const version = byVersion.get(id)
      if (version !== undefined) byTarget.set(target, version)
    }
    return new Values(byTarget, versions)
  }

  /** For a text. One that names a large value many times is larger than all values together. */
  value({ name, key, version }: Reference): SecretValue {
    const value = this.#get(name, version).values[key]
    if (value === undefined) throw new Error('a value was decided on and not revealed')
    this.#texts.add(value.data.length)
    return value
  }

  /** A declared secret with the keys that were declared, which others may have asked more of. */
  declared(name: string, keys: readonly string[] | undefined, version: number | undefined): Revealed {
    const all = this.#get(name, version)
    if (keys === undefined) return all
    const values = emptyRecord<SecretValue>()
    for (const [key, value] of Object.entries(all.values)) if (keys.includes(key)) values[key] = value
    return { ...all, values, plain: all.plain.filter((key) => keys.includes(key)) }
  }

  #get(name: string, version: number | undefined): Revealed {
    const revealed = this.#byTarget.get(targetName(name, version))
    if (revealed === undefined) throw new Error('a secret was decided on and not revealed')
    return revealed
  }
}

function targetName(secret: string, version: number | undefined): string {
  return `${secret}@${String(version ?? '')}`
}

/** The component's attributes as its flavor types them. Defaults are literal: they may hold no references. */
function resolveComponent(component: LayeredComponent, values: Values): ResolvedComponent {
  const { type, row, flavor, attributes } = component
  const declared = attributesByName(flavor)
  const defaults = flavor.attributes.flatMap(({ name, default: preset }) =>
    preset === undefined || attributes.has(name) ? [] : [[name, preset] as const],
  )
  const set = [...attributes].map(
    ([name, written]) => [name, resolveAttribute(declared.get(name), written, values)] as const,
  )
  return { type, name: row.name, flavor: flavor.name, attributes: Object.fromEntries([...defaults, ...set]) }
}

function resolveAttribute(declared: FlavorAttribute | undefined, written: Written, values: Values): Json {
  const resolved = resolveValue(written, values)
  if (declared === undefined || typeof resolved !== 'string' || !isTemplate(written.value)) return resolved
  const converted = convertText(declared.type, resolved)
  if (converted === undefined) throw unfit(written.place, written.path, `it must be ${typeWords[declared.type]}`)
  return converted
}

function isTemplate(value: Json): boolean {
  return typeof value === 'string' && hasReference(value)
}

function resolveValue({ place, path, value }: Written, values: Values): Json {
  return substituteReferences(value, path, (reference, at) => textOf(values.value(reference), place, at))
}

/** A value as part of a text: bytes only where they are text, since nothing else can stand in JSON. */
function textOf(value: SecretValue, place: string, path: string): string {
  if (value.encoding === 'utf8') return value.data
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(valueBytes(value))
  } catch {
    throw unfit(place, path, 'it must be text, and the value is bytes that are not UTF-8')
  }
}

function unfit(place: string, path: string, why: string): SottoError {
  return new SottoError('attribute_invalid', `${place}: what ${path} refers to does not fit: ${why}`, {
    hint: 'write the value of the secret again, or change the reference',
    details: { place, path },
  })
}

/** One line for each, as the command line shows a check; never a value. */
function checkFailed(stack: string | null, items: readonly CheckItem[]): SottoError {
  const lines = items.map(({ place, path, reference, outcome }) =>
    `${place} ${path}  ${reference}  ${outcome}`.replace(/ {3,}/, '  '),
  )
  const count = items.length === 1 ? '1 reference' : `${String(items.length)} references`
  const what =
    stack === null ? `${count} cannot be resolved` : `${count} of a run on stack ${shown(stack)} cannot be resolved`
  const steps = [...new Set(items.map(({ next }) => next).filter((next) => next !== undefined))]
  return new SottoError('check_failed', `${what}:\n  ${lines.join('\n  ')}`, {
    hint: steps.slice(0, 3).join('; '),
    details: { references: lines },
  })
}
