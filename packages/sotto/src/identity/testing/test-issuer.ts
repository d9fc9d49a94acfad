/** Somebody else's service in the test process: an issuer with discovery document, keys and tokens, good or hostile. */
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { CryptoKey, JWK, JWTHeaderParameters, JWTPayload } from 'jose'

export interface IssuedKey {
  readonly keyId: string
  readonly algorithm: string
  readonly privateKey: CryptoKey
  readonly jwk: JWK
}

export async function makeKey(keyId: string, algorithm = 'ES256'): Promise<IssuedKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true })
  return { keyId, algorithm, privateKey, jwk: { ...(await exportJWK(publicKey)), kid: keyId, use: 'sig' } }
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** Listens on 127.0.0.1 until the test ends. Its members may be changed at any time. */
export class TestIssuer {
  readonly url: string
  /** Paths in the order in which they were asked for. */
  readonly asked: string[] = []
  /** What `jwks_uri` leads to. */
  keys: readonly IssuedKey[]
  /** Members over those of an honest discovery document. */
  discovery: { [member: string]: unknown } = {}
  cacheControl: string | undefined
  /** Answers instead of the honest ones, by path. */
  readonly answers: Map<string, Answer> = new Map<string, Answer>()

  private constructor(url: string, keys: readonly IssuedKey[]) {
    this.url = url
    this.keys = keys
  }

  static async start(t: Pick<TestContext, 'after'>, path = ''): Promise<TestIssuer> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.after(() => close(server))
    const { port } = server.address() as AddressInfo // it listens on a port
    const issuer = new TestIssuer(`http://127.0.0.1:${String(port)}${path}`, [await makeKey('one')])
    server.on('request', (request: IncomingMessage, response: ServerResponse) => issuer.#answer(request, response))
    return issuer
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? ''
    this.asked.push(path)
    const answer = this.answers.get(path)
    if (answer !== undefined) return answer(request, response)
    if (path.endsWith('/.well-known/openid-configuration')) return this.#json(response, this.#document())
    if (path.endsWith('/keys')) return this.#json(response, { keys: this.keys.map(({ jwk }) => jwk) })
    response.writeHead(404).end()
  }

  #document(): object {
    return { issuer: this.url, jwks_uri: `${this.url}/keys`, ...this.discovery }
  }

  #json(response: ServerResponse, value: object): void {
    const cache = this.cacheControl === undefined ? {} : { 'cache-control': this.cacheControl }
    response.writeHead(200, { 'content-type': 'application/json', ...cache }).end(JSON.stringify(value))
  }

  /** A token that is valid for five minutes from `nowMs`, unless the claims say otherwise (`undefined` leaves one out). */
  async token(
    claims: { readonly [claim: string]: unknown },
    options: { nowMs?: number; key?: IssuedKey; header?: Partial<JWTHeaderParameters> } = {},
  ): Promise<string> {
    const key = options.key ?? this.keys[0]
    if (key === undefined) throw new Error('the issuer has no key')
    const seconds = Math.floor((options.nowMs ?? Date.now()) / 1000)
    const payload = { iss: this.url, iat: seconds, exp: seconds + 300, ...claims }
    return new SignJWT(JSON.parse(JSON.stringify(payload)) as JWTPayload) // undefined members are gone, the rest is JSON
      .setProtectedHeader({ alg: key.algorithm, kid: key.keyId, typ: 'JWT', ...options.header })
      .sign(key.privateKey)
  }
}

function close(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => {
    server.close(() => resolve())
  })
}
