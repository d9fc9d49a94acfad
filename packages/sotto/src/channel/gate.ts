/** What a step may ask, decided in one place for every way it can ask. */
import { operations, shown, SottoError, valueBytes } from '@sotto/sdk/model'
import type { Api, Id, ResolvedSecret, ResolveInput, ResolveItem } from '@sotto/sdk/model'
import type { Redactor } from '../redaction/redactor.ts'
import { isStepOperation } from './protocol.ts'

export interface GateOptions {
  readonly api: Api
  readonly attempt: Id
  /** `step load`. */
  readonly place: string
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
    const { api, attempt, redactor } = this.#options
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
