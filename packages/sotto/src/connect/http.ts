/** A server: its address, and with what the caller signs in there. */
import { readFileSync } from 'node:fs'
import { createHttpApi } from '@sotto/sdk'
import type { HttpApiOptions } from '@sotto/sdk'
import { SottoError, systemCode } from '@sotto/sdk/model'
import type { Api } from '@sotto/sdk/model'
import { withAttemptTokens } from './attempt-tokens.ts'
import type { Connection } from './connect.ts'
import type { Context } from './contexts.ts'
import { exchangedToken } from './exchanged-token.ts'
import { createNodeTransport } from './node-transport.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Connects to a server. With `SOTTO_AUTH` it signs in by the identity that a runner or a cluster gives. Else a token of `SOTTO_TOKEN_FILE` or `SOTTO_TOKEN` goes before that of the context, as does a workspace
 * of `SOTTO_WORKSPACE`. Sends nothing yet. Codes: `usage` for an address that is none, `not_signed_in` without a token,
 * `file_unreadable`.
 */
export function openHttp(env: Environment, server: Context): Connection {
  const url = requireServerUrl(server.url, env)
  const caFile = given(env, 'SOTTO_CA_FILE')
  const transport = createNodeTransport(url, caFile === undefined ? undefined : readNamed('SOTTO_CA_FILE', caFile))
  const workspace = given(env, 'SOTTO_WORKSPACE') ?? server.workspace ?? 'default'
  const auth = given(env, 'SOTTO_AUTH')
  const own =
    auth === undefined
      ? findToken(env, server)
      : exchangedToken({ env, auth, url, workspace, transport: transport.send })
  const apiOf = (token: HttpApiOptions['token']): Api =>
    createHttpApi({ url, token, workspace, transport: transport.send })
  const api = withAttemptTokens(apiOf(own), apiOf)
  return { api, close: async () => transport.close() }
}

/** The address without a slash at its end. Throws `usage`, without repeating what may be a password. */
export function requireServerUrl(address: string, env: Environment): string {
  const url = URL.parse(address)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new SottoError('usage', 'the address of the server is no http or https address', {
      hint: 'write it like https://sotto.example',
    })
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new SottoError('usage', 'the address of the server has more than scheme, host and path', {
      hint: 'a token goes into SOTTO_TOKEN or a file that SOTTO_TOKEN_FILE names',
    })
  if (url.protocol === 'http:' && !isThisMachine(url.hostname) && given(env, 'SOTTO_ALLOW_HTTP') !== 'true')
    throw new SottoError('usage', `http to ${url.hostname} would send token and values in clear`, {
      hint: 'use https, or set SOTTO_ALLOW_HTTP=true where the network is private',
    })
  return url.href.replace(/\/+$/, '')
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

function findToken(env: Environment, server: Context): string {
  const file = given(env, 'SOTTO_TOKEN_FILE')
  const token = file === undefined ? (given(env, 'SOTTO_TOKEN') ?? server.token) : readNamed('SOTTO_TOKEN_FILE', file)
  const text = token?.trim() ?? ''
  if (/^[\x21-\x7e]+$/.test(text)) return text
  const { host } = new URL(server.url)
  const what = text === '' ? `there is no token for ${host}` : 'the token has characters that no token has'
  throw new SottoError('not_signed_in', what, {
    hint: `sotto login ${server.url}, set SOTTO_TOKEN, or name a file with --token-file`,
  })
}

function readNamed(variable: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new SottoError(
      'file_unreadable',
      `the file that ${variable} names cannot be read (${systemCode(error) ?? ''})`,
    )
  }
}

function given(env: Environment, variable: string): string | undefined {
  const text = env[variable]
  return text === undefined || text === '' ? undefined : text
}
