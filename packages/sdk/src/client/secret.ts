/** A secret whose values were read: what `getSecret` gives. */
import { SottoError } from '../model/error.ts'
import { shown } from '../model/names.ts'
import type { Id } from '../model/names.ts'
import type { ResolvedSecret, Scope } from '../model/secret.ts'
import { markSensitive, Sensitive } from '../model/sensitive.ts'
import { emptyRecord, valueBytes } from '../model/value.ts'
import type { SecretValues } from '../model/value.ts'

/** Something by key, for the keys that were asked for. Without a prototype: a key may be called `__proto__`. */
export type ByKey<K extends string, T> = { readonly [key in K]: T }

/**
 * One version of a secret with its values. It prints, logs and serializes as its name and the names of its keys;
 * only `reveal()` of a value, and `secretValues`, give what is secret.
 *
 * A key holds text or bytes. `values` and `secretValues` have the text; reading a key there that holds bytes
 * throws `value_invalid`, since bytes that are no UTF-8 have no text. `bytes` has every key.
 *
 * @example
 * const crm = await client.getSecret('crm', { keys: ['username', 'password'] })
 * console.log(`${crm.name} ${crm.values.password}`) // crm ***
 * await fetch('https://crm.example', { headers: { authorization: crm.values.password.reveal() } })
 */
export class Secret<K extends string = string> {
  readonly id: Id
  readonly name: string
  /** The scope in which it was found. */
  readonly scope: Scope
  readonly version: number
  /** Names of the keys that were read, in the order of the store. */
  readonly keys: readonly K[]
  /** Names of those of them that are not masked in logs. */
  readonly plain: readonly string[]
  readonly #values: SecretValues

  /** Made by `Client.getSecret`; a test may make one from what `Api.resolveSecrets` answers. */
  constructor(revealed: Extract<ResolvedSecret, { unchanged: false }>) {
    this.id = revealed.id
    this.name = revealed.name
    this.scope = revealed.scope
    this.version = revealed.version
    this.keys = Object.keys(revealed.values) as K[] // the store answers with exactly the keys that were asked for
    this.plain = revealed.plain
    this.#values = revealed.values
  }

  /** The text values, each of which prints as `***` and is given by its `reveal()`. */
  get values(): ByKey<K, Sensitive> {
    return this.#texts((text) => new Sensitive(text))
  }

  /** The text values in clear: an ordinary record, which prints and serializes as what it is. */
  get secretValues(): ByKey<K, string> {
    return this.#texts((text) => text)
  }

  /** The bytes of every key; of text, its UTF-8. */
  get bytes(): ByKey<K, Sensitive<Uint8Array>> {
    const record = emptyRecord<Sensitive<Uint8Array>>()
    for (const [key, value] of Object.entries(this.#values)) record[key] = new Sensitive(valueBytes(value))
    return record as ByKey<K, Sensitive<Uint8Array>> // the keys of the values are K
  }

  /** Facts about it, for logs: no value. */
  toJSON(): { id: Id; name: string; scope: Scope; version: number; keys: readonly K[] } {
    return { id: this.id, name: this.name, scope: this.scope, version: this.version, keys: this.keys }
  }

  toString(): string {
    return `Secret ${this.name}@${String(this.version)} { ${this.keys.map((key) => `${key}: ***`).join(', ')} }`
  }

  #texts<T>(make: (text: string) => T): ByKey<K, T> {
    const record = emptyRecord<T>()
    for (const [key, value] of Object.entries(this.#values)) {
      if (value.encoding === 'utf8') record[key] = make(value.data)
      // Not enumerable, so that walking over the text values of a mixed secret still works.
      else Object.defineProperty(record, key, { get: () => this.#refuseBytes(key) })
    }
    return record as ByKey<K, T> // the keys of the values are K; those of bytes throw
  }

  #refuseBytes(key: string): never {
    throw new SottoError('value_invalid', `key ${shown(key)} of secret ${shown(this.name)} holds bytes, not text`, {
      hint: 'read it from secret.bytes',
    })
  }

  static {
    markSensitive(Secret.prototype)
    // Node, Deno and Bun print objects by this method; the SDK may not import node:util for the symbol.
    Object.defineProperty(Secret.prototype, Symbol.for('nodejs.util.inspect.custom'), {
      value(this: Secret) {
        return this.toString()
      },
    })
  }
}

/** The one item of an answer to one question. */
export function only<T>(items: readonly T[]): T {
  const [item] = items
  if (item === undefined) throw new SottoError('internal', 'the answer holds nothing')
  return item
}
