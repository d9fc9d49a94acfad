/** Declarations of secrets: what a step or command says it uses, so that nothing else is released to it. */
import { isSottoError, requireKeyName, requireName, SottoError } from '@sotto/sdk/model'
import type { Sensitive } from '@sotto/sdk/model'

/** How the values are handed over. */
export type SecretForm = 'text' | 'bytes'

/** A declared secret with the keys that are wanted of it. */
export interface SecretDeclaration<K extends string = string, F extends SecretForm = SecretForm> {
  readonly kind: 'secret'
  readonly name: string
  /** All keys where there are none. */
  readonly keys: readonly K[] | undefined
  readonly version: number | undefined
  readonly form: F
}

/** One value that a command gets as a 0600 file; the variable holds its path. */
export interface SecretFileDeclaration {
  readonly kind: 'secret-file'
  readonly name: string
  readonly key: string
  readonly version: number | undefined
}

/** Secrets of a step under the names by which it calls them. */
export type SecretDeclarations = { readonly [alias: string]: SecretDeclaration }

/** What a step finds in `ctx.secrets`: only the declared keys exist. */
export type StepSecrets<S> = {
  readonly [A in keyof S]: S[A] extends SecretDeclaration<infer K, infer F>
    ? { readonly [key in K]: Sensitive<F extends 'bytes' ? Uint8Array : string> }
    : never
}

interface SecretFunction {
  /**
   * Declares the use of a secret: `secret('crm', 'username', 'password')`; without keys, of all its keys.
   * `secret('crm@3', …)` pins version 3. Codes: `name_invalid`, `key_invalid`.
   */
  <const K extends readonly [string, ...string[]]>(name: string, ...keys: K): SecretDeclaration<K[number], 'text'>
  (name: string): SecretDeclaration<string, 'text'>
  /** The same for values that are not text. */
  bytes<const K extends readonly [string, ...string[]]>(name: string, ...keys: K): SecretDeclaration<K[number], 'bytes'>
}

const functions: unknown = Object.assign(declareAs('text'), { bytes: declareAs('bytes') })

/** Declares a secret; see `SecretFunction`. */
export const secret: SecretFunction = functions as SecretFunction // overloads only narrow what declareAs takes and gives

/** The overloads of SecretFunction say which keys a declaration has; inside they are texts. */
function declareAs<F extends SecretForm>(form: F): (name: string, ...keys: string[]) => SecretDeclaration<never, F> {
  return (name, ...keys) => {
    const { secretName, version } = readName(name)
    for (const key of keys) requireKeyName(key)
    const unique = [...new Set(keys)] as never[] // see above
    return Object.freeze({
      kind: 'secret',
      name: secretName,
      keys: keys.length === 0 ? undefined : unique,
      version,
      form,
    })
  }
}

/** Declares a value that a command gets as a file: `{ GOOGLE_APPLICATION_CREDENTIALS: secretFile('gcp', 'key') }`. */
export function secretFile(name: string, key: string): SecretFileDeclaration {
  const { secretName, version } = readName(name)
  return Object.freeze({ kind: 'secret-file', name: secretName, key: requireKeyName(key), version })
}

function readName(text: string): { secretName: string; version: number | undefined } {
  const [name = '', pinned, ...rest] = text.split('@')
  requireName('secret', name)
  if (pinned === undefined) return { secretName: name, version: undefined }
  if (rest.length > 0 || !/^[1-9][0-9]{0,8}$/.test(pinned)) {
    throw new SottoError('name_invalid', `version ${JSON.stringify(pinned)} of secret "${name}" is not a number`, {
      hint: `write ${name}@3`,
    })
  }
  return { secretName: name, version: Number(pinned) }
}

/** Refuses declarations that did not come from `secret()`; types are stripped when a file runs. */
export function requireDeclarations(what: string, given: unknown): void {
  if (given === undefined) return
  if (typeof given !== 'object' || given === null || isSottoError(given)) throw notDeclared(what, 'secrets')
  for (const [alias, declaration] of Object.entries(given)) {
    const kind: unknown =
      typeof declaration === 'object' && declaration !== null ? Reflect.get(declaration, 'kind') : undefined
    if (kind !== 'secret' && kind !== 'secret-file') throw notDeclared(what, `secrets.${alias}`)
  }
}

function notDeclared(what: string, member: string): SottoError {
  return new SottoError('pipeline_invalid', `${what}: ${member} is not a declaration of a secret`, {
    hint: "write secrets: { crm: secret('crm', 'username', 'password') }",
  })
}
