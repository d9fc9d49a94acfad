/**
 * Everything that is asked of the secrets for a run, as a list of single questions, each with its place.
 *
 * Steps may override differently, so one component may be used in several ways. An attempt asks for its own: the given
 * settings one after the other. A check asks for all at once: settings whose place begins with `step ` hold for that step
 * alone, all others for every step; and the components without any step's settings count too, because a step that has
 * none may use them. So whatever an attempt asks, the check of its run has asked.
 */
import { SottoError, requireKeyNames, requireName, shown } from '@sotto/sdk/model'
import type { CheckInput, ComponentType, DeclaredSecret, ResolveReferencesInput } from '@sotto/sdk/model'
import { describeProblem, findReferences, formatReference } from '@sotto/sdk/references'
import { componentTitle } from '../stacks/component-lookup.ts'
import { requireComponentType } from '../stacks/component-type.ts'
import { applyLayers, sourcesOf, layerSettings, missingAttributes } from './reference-layers.ts'
import type { LayeredComponent, LayeredComponents, PlaceLayer, UsedStack, Written } from './reference-layers.ts'
import type { Source } from './text-source.ts'

interface Placed {
  readonly place: string
  readonly path: string
}

/** May this secret, with this key, be read? */
export interface SecretQuestion extends Placed {
  readonly kind: 'secret'
  /** As written; `crm` for a declaration without keys. */
  readonly reference: string
  readonly secret: string
  /** Absent where the whole secret is declared. */
  readonly key?: string
  /** Absent for the newest. */
  readonly version?: number
  /** The texts that decide where it goes, of which somebody must answer for each. */
  readonly sources: ReadonlySet<Source>
  /** Is it written in a component or a setting of the stack, and so known to `register-secrets`? */
  readonly inStack: boolean
  /** Is the value put into a text, or given as it is? */
  readonly inText: boolean
}

/** A text that does not parse. `problem` is a sentence about it. */
export interface MalformedQuestion extends Placed {
  readonly kind: 'malformed'
  readonly problem: string
}

/** A needed attribute that nobody set. */
export interface MissingQuestion extends Placed {
  readonly kind: 'missing attribute'
  readonly type: ComponentType
  readonly component: string
}

export type Question = SecretQuestion | MalformedQuestion | MissingQuestion

/** What an attempt asks for. */
export interface AttemptRequest {
  readonly questions: readonly Question[]
  readonly components: readonly LayeredComponent[]
  readonly layers: readonly PlaceLayer[]
}

const nobody: ReadonlySet<Source> = new Set()

/** The questions of a check, in the order of places, then paths. Throws `attribute_invalid`, `name_invalid`, `key_invalid`. */
export function checkQuestions(stack: UsedStack | undefined, input: CheckInput): readonly Question[] {
  const layers = layerSettings(stack, input.settings ?? [])
  const common = applyLayers(
    stack?.components ?? new Map(),
    layers.filter(({ place }) => !isStep(place)),
  )
  const uses: [Written, ReadonlySet<Source>][] = []
  for (const component of common.values()) uses.push(...usesOf(component))
  for (const place of new Set(layers.map((layer) => layer.place).filter(isStep))) {
    const own = layers.filter((layer) => layer.place === place)
    const components = applyLayers(common, own)
    for (const [type, component] of components) if (component !== common.get(type)) uses.push(...usesOf(component))
  }
  const missing = [...common.values()].flatMap(missingQuestions)
  return inOrder(stack?.components, [
    ...missing,
    ...joinSources(uses).flatMap(([written, sources]) => writtenQuestions(written, sources)),
    ...otherQuestions(layers),
    ...(input.secrets ?? []).flatMap(declaredQuestions),
  ])
}

/** The questions of an attempt: only components of the asked types. Throws as `checkQuestions`, and `input_invalid`. */
export function attemptRequest(stack: UsedStack | undefined, input: ResolveReferencesInput): AttemptRequest {
  const layers = layerSettings(stack, input.settings ?? [])
  const components = askedComponents(applyLayers(stack?.components ?? new Map(), layers), input.components ?? [])
  const uses = components.flatMap(usesOf)
  const questions = inOrder(stack?.components, [
    ...components.flatMap(missingQuestions),
    ...joinSources(uses).flatMap(([written, sources]) => writtenQuestions(written, sources)),
    ...otherQuestions(layers),
    ...(input.secrets ?? []).flatMap(declaredQuestions),
  ])
  return { questions, components, layers }
}

/** The components in the order of the asked types, each once. */
function askedComponents(components: LayeredComponents, types: readonly string[]): readonly LayeredComponent[] {
  return [...new Set(types)].map((text) => {
    const component = components.get(requireComponentType(text))
    if (component !== undefined) return component
    throw new SottoError('component_not_found', `the stack has no ${text}`, {
      hint: `sotto stack update STACK --${text}=NAME`,
      details: { type: text },
    })
  })
}

function isStep(place: string): boolean {
  return place.startsWith('step ')
}

function usesOf(component: LayeredComponent): readonly [Written, ReadonlySet<Source>][] {
  const sources = sourcesOf(component)
  return [...component.attributes.values()].map((written) => [written, sources])
}

/** A text that is used in several ways must be trusted in each of them. */
function joinSources(
  uses: readonly (readonly [Written, ReadonlySet<Source>])[],
): readonly [Written, ReadonlySet<Source>][] {
  const joined = new Map<Written, ReadonlySet<Source>>()
  for (const [written, sources] of uses) {
    const before = joined.get(written)
    joined.set(written, before === undefined || before === sources ? sources : new Set([...before, ...sources]))
  }
  return [...joined]
}

function writtenQuestions({ place, path, value, source }: Written, sources: ReadonlySet<Source>): readonly Question[] {
  const { references, problems } = findReferences(value, path)
  return [
    ...references.map(({ path: at, reference }): SecretQuestion => ({
      kind: 'secret',
      place,
      path: at,
      reference: reference.text,
      secret: reference.name,
      key: reference.key,
      ...(reference.version === undefined ? {} : { version: reference.version }),
      sources,
      inStack: source !== undefined,
      inText: true,
    })),
    ...problems.map((problem): MalformedQuestion => ({
      kind: 'malformed',
      place,
      path: problem.path,
      problem: describeProblem(problem),
    })),
  ]
}

/** Settings that override no component are the caller's alone. */
function otherQuestions(layers: readonly PlaceLayer[]): readonly Question[] {
  return layers.flatMap(({ others }) => others.flatMap((written) => writtenQuestions(written, nobody)))
}

function missingQuestions(component: LayeredComponent): readonly MissingQuestion[] {
  return missingAttributes(component).map((path) => ({
    kind: 'missing attribute',
    place: componentTitle(component.row),
    path,
    type: component.type,
    component: component.row.name,
  }))
}

function declaredQuestions({ place, name, keys, version }: DeclaredSecret): readonly SecretQuestion[] {
  requireName('secret', name)
  requireKeyNames(keys ?? [])
  if (keys?.length === 0)
    throw new SottoError('input_invalid', `${place}: no key of secret ${shown(name)} is declared`, {
      hint: 'name keys, or leave them out for all of them',
    })
  if (version !== undefined && (!Number.isSafeInteger(version) || version < 1))
    throw new SottoError('input_invalid', `${place}: the version of secret ${shown(name)} is a whole number from 1`)
  const common = {
    kind: 'secret',
    place,
    path: 'secrets',
    secret: name,
    sources: nobody,
    inStack: false,
    inText: false,
    ...(version === undefined ? {} : { version }),
  } as const
  const whole = version === undefined ? name : `${name}@${String(version)}`
  if (keys === undefined) return [{ ...common, reference: whole }]
  return [...new Set(keys)].map((key) => ({ ...common, key, reference: formatReference(name, key, version) }))
}

/** Components in the order of types, the stack, then the given places as they came; in each by attribute or setting. */
function inOrder(components: LayeredComponents | undefined, questions: readonly Question[]): readonly Question[] {
  const ranks = new Map<string, number>()
  for (const { row } of components?.values() ?? []) ranks.set(componentTitle(row), ranks.size)
  const inStack = questions.filter((question) => question.kind === 'secret' && question.inStack)
  for (const { place } of [...inStack, ...questions]) if (!ranks.has(place)) ranks.set(place, ranks.size)
  const rank = ({ place }: Question): number => ranks.get(place) ?? 0
  return questions.toSorted((a, b) => rank(a) - rank(b) || compareHeads(a.path, b.path))
}

/** By the name of the attribute or setting; inside of it the order of the value stays. */
function compareHeads(left: string, right: string): number {
  const [a, b] = [left.split('[', 1)[0] ?? '', right.split('[', 1)[0] ?? '']
  return a === b ? 0 : a < b ? -1 : 1
}
