/** How a run signs in at the tracking server. Values are `Sensitive` from here to the header and the child's environment. */
import { Sensitive } from '@sotto/sdk/model'
import type { AttributeReader } from './attribute-reader.ts'

export type MlflowCredentials =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'basic'
      readonly username: Sensitive
      readonly password: Sensitive
      readonly attributes: readonly string[]
    }
  | { readonly kind: 'token'; readonly token: Sensitive; readonly attributes: readonly string[] }

/**
 * Exactly one way, or none: a server without authentication is usual on one's own machine. User name and password inside
 * the address are taken as the pair of attributes would be. Code: `attribute_invalid`.
 */
export function readCredentials(reader: AttributeReader, url: URL): MlflowCredentials {
  const token = reader.secret('tracking_token')
  const attributes = ['tracking_username', 'tracking_password']
  let username = reader.secret('tracking_username')
  let password = reader.secret('tracking_password')
  if (url.username !== '' || url.password !== '') {
    if (username !== undefined || password !== undefined || token !== undefined) {
      throw reader.invalid('has credentials in tracking_uri and in other attributes: keep one', moveHint(reader))
    }
    username = decoded(reader, url.username)
    password = decoded(reader, url.password)
    attributes.splice(0, 2, 'tracking_uri')
  }
  if (token !== undefined) {
    if (username !== undefined || password !== undefined) {
      throw reader.invalid('has tracking_token and tracking_username or tracking_password: keep one way to sign in')
    }
    requireHeaderText(reader, 'tracking_token', token)
    return { kind: 'token', token, attributes: ['tracking_token'] }
  }
  if (username === undefined && password === undefined) return { kind: 'none' }
  if (username === undefined) throw reader.invalid('has a password without a user name: set tracking_username')
  if (password === undefined) throw reader.invalid('has a user name without a password: set tracking_password')
  // RFC 7617: the first colon ends the user name.
  if (username.reveal().includes(':'))
    throw reader.invalid('has a : in tracking_username, which basic authentication cannot carry')
  // Node refuses a NUL in a child's environment with a message that shows the value.
  for (const [name, value] of [
    ['tracking_username', username],
    ['tracking_password', password],
  ] as const) {
    if (value.reveal().includes('\0')) throw reader.invalid(`has a NUL in ${name}`)
  }
  return { kind: 'basic', username, password, attributes }
}

/** The value of the `Authorization` header; `undefined` without credentials. */
export function authorizationOf(credentials: MlflowCredentials): string | undefined {
  switch (credentials.kind) {
    case 'none':
      return undefined
    case 'basic':
      return `Basic ${Buffer.from(`${credentials.username.reveal()}:${credentials.password.reveal()}`).toString('base64')}`
    case 'token':
      return `Bearer ${credentials.token.reveal()}`
  }
}

/** Source: https://mlflow.org/docs/latest/ml/tracking/server/ (environment variables of the client). */
export function credentialVariables(credentials: MlflowCredentials): { readonly [name: string]: string } {
  switch (credentials.kind) {
    case 'none':
      return {}
    case 'basic':
      return {
        MLFLOW_TRACKING_USERNAME: credentials.username.reveal(),
        MLFLOW_TRACKING_PASSWORD: credentials.password.reveal(),
      }
    case 'token':
      return { MLFLOW_TRACKING_TOKEN: credentials.token.reveal() }
  }
}

function decoded(reader: AttributeReader, part: string): Sensitive | undefined {
  if (part === '') return undefined
  try {
    return new Sensitive(decodeURIComponent(part))
  } catch {
    throw reader.invalid('has a malformed % in the credentials of tracking_uri', moveHint(reader))
  }
}

function moveHint(reader: AttributeReader): string {
  return `sotto experiment-tracker update ${reader.component} --tracking_uri=http://HOST --tracking_username={{NAME.username}} --tracking_password={{NAME.password}}`
}

function requireHeaderText(reader: AttributeReader, name: string, value: Sensitive): void {
  if (/^[\x21-\x7e]+$/.test(value.reveal())) return
  throw reader.invalid(
    `has a ${name} with blanks, line breaks or other characters that no header can carry`,
    'a token read from a file often ends in a line break: set the secret again with --trim',
  )
}
