/** Calls of Vault's API: each ends within ten seconds, and is tried once more where that may help. */
import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { KeyServiceEnvironment } from '../../keys/key-service.ts'
import { HttpConnection, HttpFailure } from '../http-connection.ts'
import type { HttpAnswer } from '../http-connection.ts'
import type { TransitKey } from './address.ts'
import { findCredentials, readSettingFile, settingOf } from './credentials.ts'
import type { Credentials } from './credentials.ts'
import { parseJson, refusal, unreachable } from './trouble.ts'

const timeoutMs = 10_000
/** Before the second try; with as much again of chance, so that many programs do not come back at once. */
const pauseMs = 250
/** Rate limits, and servers that are changing places. Both calls may be repeated at will. */
const worthAnotherTry: ReadonlySet<number> = new Set([412, 429, 500, 502, 503, 504])

export type TransitCall = 'encrypt' | 'decrypt'

export class TransitClient {
  readonly #key: TransitKey
  readonly #env: KeyServiceEnvironment
  #token: Promise<string> | undefined

  constructor(key: TransitKey, env: KeyServiceEnvironment) {
    this.#key = key
    this.#env = env
  }

  /** What the engine tells about the key, whatever the answer is. */
  async getKey(): Promise<HttpAnswer> {
    const { mount, name } = this.#key
    return await this.#send('read the key', {
      method: 'GET',
      path: `${mount}/keys/${name}`,
      token: await this.#signIn(),
    })
  }

  /** The member `data` of the answer. Throws the codes of `KeyService`. */
  async post(call: TransitCall, input: { readonly [name: string]: string }): Promise<unknown> {
    const { mount, name } = this.#key
    const path = `${mount}/${call}/${name}`
    const answer = await this.#send(call, { method: 'POST', path, input, token: await this.#signIn() })
    if (answer.status !== 200) throw refusal(this.#key, call, answer)
    const body = parseJson(answer.body)
    return typeof body === 'object' && body !== null ? Reflect.get(body, 'data') : undefined
  }

  #signIn(): Promise<string> {
    return (this.#token ??= this.#getToken(findCredentials(this.#env, this.#key.address)))
  }

  async #getToken(credentials: Credentials): Promise<string> {
    if (credentials.kind === 'token') return credentials.token
    const { mount, input } = credentials
    const answer = await this.#send('sign in', { method: 'POST', path: `auth/${mount}/login`, input })
    const token = answer.status === 200 ? tokenOf(parseJson(answer.body)) : undefined
    if (token === undefined) throw refusal(this.#key, 'sign in', answer)
    return token
  }

  async #send(
    what: string,
    {
      method,
      path,
      input,
      token,
    }: {
      readonly method: 'GET' | 'POST'
      readonly path: string
      readonly input?: { readonly [name: string]: string }
      readonly token?: string
    },
  ): Promise<HttpAnswer> {
    const caFile = settingOf(this.#env, 'CACERT')
    const authorities = caFile === undefined ? undefined : readSettingFile(caFile, 'authorities')
    const namespace = settingOf(this.#env, 'NAMESPACE')
    const connection = new HttpConnection(this.#key.origin, { verify: true, authorities })
    const body = input === undefined ? undefined : Buffer.from(JSON.stringify(input))
    const exchange = {
      method,
      url: new URL(`/v1/${path}`, this.#key.origin),
      headers: {
        'x-vault-request': 'true',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { 'x-vault-token': token }),
        ...(namespace === undefined ? {} : { 'x-vault-namespace': namespace }),
      },
      ...(body === undefined ? {} : { body }),
      timeoutMs,
    }
    try {
      const first = await connection.send(exchange).catch((error: unknown) => {
        if (error instanceof HttpFailure && ['connect', 'interrupted'].includes(error.kind)) return undefined
        throw error
      })
      if (first !== undefined && !worthAnotherTry.has(first.status)) return first
      await sleep(pauseMs + randomInt(pauseMs))
      return await connection.send(exchange)
    } catch (error) {
      if (error instanceof HttpFailure) throw unreachable(this.#key, what, error)
      throw error
    } finally {
      body?.fill(0)
      connection.close()
    }
  }
}

function tokenOf(body: unknown): string | undefined {
  const auth: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'auth') : undefined
  const token: unknown = typeof auth === 'object' && auth !== null ? Reflect.get(auth, 'client_token') : undefined
  return typeof token === 'string' && /^[\x21-\x7e]+$/.test(token) ? token : undefined
}
