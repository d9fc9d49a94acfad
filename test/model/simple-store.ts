/** What a store of secrets means, in the simplest words: no transactions, no keys, no SQL. The service is held against it. */
import type { ErrorCode, Scope } from '@sotto/sdk/model'

export interface SimpleSecret {
  name: string
  scope: Scope
  /** From version 1 on. */
  readonly versions: Readonly<Record<string, string>>[]
  label: string
  /** When it was deleted, by the clock of `SimpleStore`. */
  deletedAt: number | undefined
  readonly createdAt: number
  updatedAt: number
}

export interface Update {
  readonly values: Readonly<Record<string, string>>
  readonly remove: readonly string[]
  readonly replace: boolean
  readonly label: string | undefined
  /** Against the newest version: 0 expects it, -1 the one before. */
  readonly expect: number | undefined
}

export interface Filters {
  readonly scope: Scope | undefined
  readonly prefix: string | undefined
  readonly key: string | undefined
  readonly label: string | undefined
}

/** Thrown where the service has to refuse with this code. */
export class Refusal extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode) {
    super(code)
    this.code = code
  }
}

export class SimpleStore {
  readonly secrets: SimpleSecret[] = []
  clock = 0

  /** The caller's own first, then the shared one. */
  find(name: string, scope: Scope | undefined): SimpleSecret | undefined {
    const found = this.#live().filter((secret) => secret.name === name && (scope ?? secret.scope) === secret.scope)
    return found.find((secret) => secret.scope === 'user') ?? found[0]
  }

  get(name: string, scope: Scope | undefined): SimpleSecret {
    const secret = this.find(name, scope)
    if (secret === undefined) throw new Refusal('secret_not_found')
    return secret
  }

  create(name: string, scope: Scope, values: Readonly<Record<string, string>>): SimpleSecret {
    this.#requireFree(name, scope)
    const secret: SimpleSecret = {
      name,
      scope,
      versions: [values],
      label: '',
      deletedAt: undefined,
      createdAt: this.clock,
      updatedAt: this.clock,
    }
    this.secrets.push(secret)
    return secret
  }

  /** Answers whether something changed. */
  update(secret: SimpleSecret, { values, remove, replace, label, expect }: Update): boolean {
    if (expect !== undefined && expect !== 0) throw new Refusal('version_conflict')
    const newest = secret.versions.at(-1) ?? {}
    if (remove.some((key) => !Object.hasOwn(newest, key))) throw new Refusal('key_not_found')
    const kept = Object.entries(replace ? {} : newest).filter(([key]) => !remove.includes(key))
    const wanted = { ...Object.fromEntries(kept), ...values }
    const isNew = !sameValues(wanted, newest)
    if (isNew) secret.versions.push(wanted)
    const isLabelled = label !== undefined && label !== secret.label
    if (isLabelled) secret.label = label
    if (isNew || isLabelled) secret.updatedAt = this.clock
    return isNew || isLabelled
  }

  rename(secret: SimpleSecret, name: string): void {
    this.#requireFree(name, secret.scope)
    secret.name = name
    secret.updatedAt = this.clock
  }

  /** Into the other scope. */
  move(secret: SimpleSecret, scope: Scope): void {
    this.#requireFree(secret.name, scope)
    secret.scope = scope
    secret.updatedAt = this.clock
  }

  undelete(name: string, scope: Scope): SimpleSecret {
    const [latest] = this.secrets
      .filter((secret) => secret.deletedAt !== undefined && secret.name === name && secret.scope === scope)
      .toSorted((a, b) => (b.deletedAt ?? 0) - (a.deletedAt ?? 0))
    if (latest === undefined) throw new Refusal('secret_not_found')
    this.#requireFree(name, scope)
    latest.deletedAt = undefined
    latest.updatedAt = this.clock
    return latest
  }

  resolve(name: string, scope: Scope | undefined, key: string | undefined, version: number | undefined): Found {
    const secret = this.get(name, scope)
    const number = version ?? secret.versions.length
    const values = secret.versions[number - 1]
    if (values === undefined) throw new Refusal('version_not_found')
    if (key === undefined) return { secret, version: number, values }
    const value = Object.hasOwn(values, key) ? values[key] : undefined
    if (value === undefined) throw new Refusal('key_not_found')
    return { secret, version: number, values: { [key]: value } }
  }

  list({ scope, prefix, key, label }: Filters): readonly SimpleSecret[] {
    return this.#live().filter(
      (secret) =>
        (scope === undefined || secret.scope === scope) &&
        (prefix === undefined || secret.name.startsWith(prefix)) &&
        (key === undefined || Object.hasOwn(secret.versions.at(-1) ?? {}, key)) &&
        (label === undefined || secret.label === label),
    )
  }

  #live(): readonly SimpleSecret[] {
    return this.secrets.filter(({ deletedAt }) => deletedAt === undefined)
  }

  #requireFree(name: string, scope: Scope): void {
    if (this.#live().some((secret) => secret.name === name && secret.scope === scope))
      throw new Refusal('secret_exists')
  }
}

export interface Found {
  readonly secret: SimpleSecret
  readonly version: number
  readonly values: Readonly<Record<string, string>>
}

function sameValues(left: Readonly<Record<string, string>>, right: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(left)
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && left[key] === right[key])
  )
}
