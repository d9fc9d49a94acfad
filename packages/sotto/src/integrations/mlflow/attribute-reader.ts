import { Sensitive, shown, SottoError } from '@sotto/sdk/model'
import type { Json, JsonObject } from '@sotto/sdk/model'

/** Reads attributes whose references are substituted: a number or a boolean from a secret arrives as text. */
export class AttributeReader {
  readonly component: string
  readonly #attributes: JsonObject

  constructor(component: string, attributes: JsonObject) {
    this.component = component
    this.#attributes = attributes
  }

  raw(name: string): Json | undefined {
    return Object.hasOwn(this.#attributes, name) ? this.#attributes[name] : undefined
  }

  /** `undefined` when it is absent or empty: an empty text has no use in any attribute of MLflow. */
  text(name: string): string | undefined {
    const value = this.raw(name)
    if (value === undefined || value === null || value === '') return undefined
    if (typeof value !== 'string') throw this.invalid(`needs text in ${name}`)
    return value
  }

  secret(name: string): Sensitive | undefined {
    const value = this.text(name)
    return value === undefined ? undefined : new Sensitive(value)
  }

  flag(name: string): boolean {
    const value = this.raw(name)
    if (value === undefined || value === null || value === '') return false
    if (typeof value === 'boolean') return value
    const word = typeof value === 'string' ? value.trim().toLowerCase() : ''
    if (word !== 'true' && word !== 'false') throw this.invalid(`needs true or false in ${name}`)
    return word === 'true'
  }

  invalid(what: string, hint: string = `sotto experiment-tracker describe ${this.component}`): SottoError {
    return new SottoError('attribute_invalid', `experiment tracker ${shown(this.component)} ${what}`, { hint })
  }
}
