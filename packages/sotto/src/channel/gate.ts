/** What a step may ask, decided in one place for every way it can ask. */
import { operations, shown, SottoError, valueBytes } from '@sotto/sdk/model'
import type { Api, DeclaredSecret, Id, ResolvedSecret, ResolveInput, ResolveItem } from '@sotto/sdk/model'
import type { Redactor } from '../redaction/redactor.ts'
import { isStepOperation } from './protocol.ts'

export interface GateOptions {
  readonly api: Api
  readonly attempt: Id
  /** `step load`. */
  readonly place: string
  readonly declared: readonly DeclaredSecret[]
  /** The setting `declared-secrets`: undeclared reads are recorded as such, or refused. */
  readonly mode: 'recorded' | 'required'
  /** Gets each value before the step does. */
  readonly redactor: Pick<Redactor, 'add'>
  /** Operations beside those of `Api`: `tracker.logMetrics`. */
  readonly extra: { readonly [operation: string]: (input: unknown) => Promise<unknown> }
}

/** The door of one attempt: it opens with the attempt and dies with it. */
export class StepGate {
  readonly #options: GateOptions
  #open = true

  constructor(options: GateOptions) {
    this.#options = options
  }

  /** From now on everything is refused, answers under way included. */
  close(): void {
    this.#open = false
  }

  /** Does what the step asks. Codes: `forbidden`, `undeclared_secret`, and those of the operation. */
  async call(operation: string, input: unknown): Promise<unknown> {
    this.#requireOpen()
    const answer = await this.#answer(operation, input)
    this.#requireOpen()
    return answer
  }

  async #answer(operation: string, input: unknown): Promise<unknown> {
    const { api, extra, place } = this.#options
    const known = Object.hasOwn(extra, operation) ? extra[operation] : undefined
    if (known !== undefined) return await known(input)
    if (operation.startsWith('tracker.')) {
      throw new SottoError('forbidden', `${place} does not declare the experiment tracker`, {
        hint: 'declare it: { tracker: true }',
      })
    }
    if (operation === 'resolveSecrets') return await this.#resolve(requireItems(input))
    if (isStepOperation(operation)) {
      const method = api[operation] as (given: unknown) => Promise<unknown> // the service checks what it is given
      return await method.call(api, input)
    }
    if (!Object.hasOwn(operations, operation))
      throw new SottoError('forbidden', `there is no operation ${shown(operation)}`)
    throw new SottoError('forbidden', `a step may not do ${operation}`, {
      hint: 'a step reads secrets; change things outside of the run, with sotto or the Client',
    })
  }

  async #resolve(items: readonly ResolveItem[]): Promise<{ readonly secrets: readonly ResolvedSecret[] }> {
    const { api, attempt, mode, redactor } = this.#options
    if (mode === 'required') for (const item of items) await this.#requireDeclared(item)
    const input: ResolveInput = { items, attempt }
    const { secrets } = await api.resolveSecrets(input)
    for (const secret of secrets) {
      if (secret.unchanged) continue
      for (const [key, value] of Object.entries(secret.values)) {
        if (!secret.plain.includes(key)) redactor.add(valueBytes(value), `${secret.name}.${key}`)
      }
    }
    return { secrets }
  }

  async #requireDeclared(item: ResolveItem): Promise<void> {
    const { api, declared, place } = this.#options
    const { id, name, scope } = await api.describeSecret({
      secret: item.secret,
      ...(item.scope === undefined ? {} : { scope: item.scope }),
    })
    const named = declared.filter(
      (each) => each.name === name && (each.version === undefined || each.version === item.version),
    )
    const byName = item.secret === name && item.scope === undefined
    // A declared name leads to one secret; its namesake in the other scope is not declared.
    const same = byName || named.length === 0 || id === (await api.describeSecret({ secret: name })).id
    const ours = same ? named : []
    const allKeys = ours.some((each) => each.keys === undefined)
    const keys = new Set(ours.flatMap((each) => each.keys ?? []))
    if (allKeys || (item.keys !== undefined && item.keys.length > 0 && item.keys.every((key) => keys.has(key)))) return
    const what =
      ours.length === 0
        ? `does not declare secret ${shown(name)}${same ? '' : ` of scope ${scope}`}`
        : `declares only ${[...keys].join(', ')} of secret ${shown(name)}`
    const hint =
      ours.length === 0
        ? `declare it: secrets: { ${name}: secret('${name}', …) }`
        : 'ask for these keys by name, or declare more of them'
    throw new SottoError('undeclared_secret', `${place} ${what}, and declared-secrets is "required"`, { hint })
  }

  #requireOpen(): void {
    if (!this.#open) throw new SottoError('forbidden', `the attempt of ${this.#options.place} has ended`)
  }
}

function requireItems(input: unknown): readonly ResolveItem[] {
  const items: unknown = typeof input === 'object' && input !== null && 'items' in input ? input.items : undefined
  const sound =
    Array.isArray(items) &&
    items.every(
      (item: unknown) =>
        typeof item === 'object' &&
        item !== null &&
        'secret' in item &&
        typeof item.secret === 'string' &&
        keysAreTexts(item),
    )
  if (!sound)
    throw new SottoError('input_invalid', 'resolveSecrets takes {"items": [{"secret": NAME, "keys": [KEY, …]}]}')
  return items as readonly ResolveItem[] // looked at above; the service checks the rest
}

function keysAreTexts(item: object): boolean {
  const keys: unknown = 'keys' in item ? item.keys : undefined
  return keys === undefined || (Array.isArray(keys) && keys.every((key) => typeof key === 'string'))
}
