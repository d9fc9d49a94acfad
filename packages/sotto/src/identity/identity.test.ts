/**
 * Goal: no identity token passes that the issuer did not sign for us, now (attack 12), and no sender of tokens and no
 * issuer makes the server ask elsewhere (attack 35). Method: an issuer in this process, and one change of a good token
 * for each refusal.
 */
import assert from 'node:assert/strict'
import { createHmac, createPublicKey } from 'node:crypto'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { JWTHeaderParameters } from 'jose'
import { createIdentityVerifier } from './create-identity-verifier.ts'
import { fetchDocument } from './fetch-document.ts'
import { IdentityRefused } from './identity-verifier.ts'
import type { IdentityProblem, IdentityVerifier } from './identity-verifier.ts'
import { makeKey, TestIssuer } from './testing/test-issuer.ts'

const nowMs = Date.UTC(2026, 10, 24, 12)
const seconds = nowMs / 1000
const claims = { sub: 'repo:acme/churn:ref:refs/heads/main', aud: 'sotto', jti: 'token-1' }

interface Scene {
  readonly issuer: TestIssuer
  readonly verifier: IdentityVerifier
  readonly verify: (token: string) => ReturnType<IdentityVerifier['verify']>
  readonly advance: (ms: number) => void
}

async function openScene(t: TestContext): Promise<Scene> {
  const issuer = await TestIssuer.start(t)
  let now = nowMs
  const verifier = createIdentityVerifier({ clock: () => now, fetch: fetchDocument })
  const verify: Scene['verify'] = (token) => verifier.verify(token, { issuer: issuer.url, audiences: ['sotto'] })
  return { issuer, verifier, verify, advance: (ms) => (now += ms) }
}

function refusedAs(problem: IdentityProblem): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof IdentityRefused, String(error))
    assert.equal(error.problem, problem)
    return true
  }
}

/** A token put together by hand: any header, any bytes, signed or not. */
function forge(header: object | string, payload: object | string, signature = 'AAAA'): string {
  const part = (value: object | string): string =>
    Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
  return `${part(header)}.${part(payload)}.${signature}`
}

test('a good token is verified, with every algorithm that we allow', async (t) => {
  for (const algorithm of ['RS256', 'PS384', 'ES256', 'ES384', 'ES512', 'EdDSA']) {
    const { issuer, verify } = await openScene(t)
    issuer.keys = [await makeKey('other', 'RS512'), await makeKey('one', algorithm)]
    const token = await issuer.token(claims, { nowMs, key: issuer.keys[1]! })
    const identity = await verify(token)
    assert.equal(identity.subject, claims.sub)
    assert.equal(identity.tokenId, 'token-1')
    assert.equal(identity.expiresAtMs, nowMs + 300_000)
  }
})

const good = { iat: seconds, exp: seconds + 300, ...claims }
const changedClaims: readonly (readonly [string, object, IdentityProblem])[] = [
  ['another issuer', { iss: 'http://127.0.0.1:1' }, 'wrong issuer'],
  ['the issuer with a slash behind it', { iss: 'slash' }, 'wrong issuer'],
  ['no issuer', { iss: undefined }, 'malformed'],
  ['an issuer that is a list', { iss: ['http://127.0.0.1:1'] }, 'malformed'],
  ['another audience', { aud: 'other' }, 'wrong audience'],
  ['an audience that only begins like ours', { aud: 'sotto-2' }, 'wrong audience'],
  ['ours in other letters', { aud: 'SOTTO' }, 'wrong audience'],
  ['a list without ours', { aud: ['a', 'b'] }, 'wrong audience'],
  ['an empty list', { aud: [] }, 'malformed'],
  ['no audience', { aud: undefined }, 'malformed'],
  ['an audience that is an object', { aud: { sotto: true } }, 'malformed'],
  ['a list with something else in it', { aud: ['sotto', 1] }, 'malformed'],
  ['no expiry', { exp: undefined }, 'malformed'],
  ['an expiry that is a text', { exp: String(seconds + 300) }, 'malformed'],
  ['an expiry past any clock', { exp: 1e300 }, 'malformed'],
  ['expired beyond the skew', { iat: seconds - 400, exp: seconds - 30 }, 'expired'],
  ['no time of issue', { iat: undefined }, 'malformed'],
  ['issued in the future', { iat: seconds + 31 }, 'not yet valid'],
  ['not valid before later', { nbf: seconds + 31 }, 'not yet valid'],
  ['a time before which that is none', { nbf: 'now' }, 'malformed'],
  ['older than a day', { iat: seconds - 86_401, exp: seconds + 300 }, 'too old'],
  ['no subject', { sub: undefined }, 'malformed'],
  ['an empty subject', { sub: '' }, 'malformed'],
  ['a token id that is a number', { jti: 7 }, 'malformed'],
]

for (const [name, change, problem] of changedClaims) {
  test(`attack 12: refused with ${name}`, async (t) => {
    const { issuer, verify } = await openScene(t)
    await verify(await issuer.token(claims, { nowMs }))
    const changed = { ...good, ...change }
    if ('iss' in change && change.iss === 'slash') Object.assign(changed, { iss: `${issuer.url}/` })
    const token = await issuer.token(changed, { nowMs })
    await assert.rejects(verify(token), refusedAs(problem))
  })
}

test('the edges of the clock: within 30 s of skew a token passes', async (t) => {
  const { issuer, verify } = await openScene(t)
  for (const change of [{ exp: seconds - 29 }, { iat: seconds + 30 }, { nbf: seconds + 30 }, { iat: seconds - 86_400 }])
    await verify(await issuer.token({ ...good, ...change }, { nowMs }))
})

const changedHeaders: readonly (readonly [string, object, IdentityProblem])[] = [
  ['a key of its own', { jwk: { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' } }, 'header not allowed'],
  ['an address of keys', { jku: 'http://127.0.0.1:1/keys' }, 'header not allowed'],
  ['an address of a certificate', { x5u: 'http://127.0.0.1:1/cert' }, 'header not allowed'],
  ['a certificate of its own', { x5c: ['AA'] }, 'header not allowed'],
  ['a key name that is a path', { kid: '../../../../dev/null' }, 'no key'],
  ['a key name that is an address', { kid: 'http://127.0.0.1:1/key' }, 'no key'],
  ['a key name with a quote', { kid: "one' OR '1'='1" }, 'no key'],
  ['an endless key name', { kid: 'k'.repeat(300) }, 'header not allowed'],
  ['a key name that is no text', { kid: ['one'] }, 'header not allowed'],
  ['the type of an access token', { typ: 'at+jwt' }, 'header not allowed'],
]

for (const [name, change, problem] of changedHeaders) {
  test(`attack 12: refused with ${name} in the header`, async (t) => {
    const { issuer, verify } = await openScene(t)
    const header = change as Partial<JWTHeaderParameters> // some are no headers that jose's types allow: that is the point
    await assert.rejects(verify(await issuer.token(claims, { nowMs, header })), refusedAs(problem))
    assert.ok(!issuer.asked.some((path) => path.includes('null') || path.includes('cert')), issuer.asked.join(' '))
  })
}

test('attack 12: refused without a signature, with an HMAC under the public key, and with a critical extension', async (t) => {
  const { issuer, verify } = await openScene(t)
  const rsa = await makeKey('one', 'RS256')
  issuer.keys = [rsa]
  const payload = { iss: issuer.url, ...good }
  for (const alg of ['none', 'None', 'NONE', ''])
    await assert.rejects(verify(forge({ alg, kid: 'one' }, payload)), refusedAs('algorithm not allowed'))
  await assert.rejects(verify(forge({ alg: 'none' }, payload, '')), refusedAs('algorithm not allowed'))
  await assert.rejects(verify(forge({ alg: 'RS256', kid: 'one' }, payload, '')), refusedAs('malformed'))

  const pem = createPublicKey({ key: rsa.jwk, format: 'jwk' }).export({
    type: 'spki',
    format: 'pem',
  })
  const unsigned = forge({ alg: 'HS256', kid: 'one' }, payload, '').slice(0, -1)
  const mac = createHmac('sha256', pem).update(unsigned).digest('base64url')
  await assert.rejects(verify(`${unsigned}.${mac}`), refusedAs('algorithm not allowed'))
  await assert.rejects(
    verify(forge({ alg: 'RS256', kid: 'one', crit: ['exp'] }, payload)),
    refusedAs('header not allowed'),
  )
  await assert.rejects(
    verify(forge({ alg: 'RS256', kid: 'one', b64: false }, payload)),
    refusedAs('header not allowed'),
  )
})

test('a shared key in the key set is never used', async (t) => {
  const { issuer, verify } = await openScene(t)
  issuer.answers.set('/keys', (_request, response) =>
    response.end(JSON.stringify({ keys: [{ kty: 'oct', kid: 'one', k: 'AAAA', alg: 'RS256' }] })),
  )
  await assert.rejects(verify(await issuer.token(claims, { nowMs })), refusedAs('no key'))
})

test('attack 12: refused when signed by another key, cut, longer, or with any character changed', async (t) => {
  const { issuer, verify } = await openScene(t)
  const stranger = await makeKey('one')
  await assert.rejects(verify(await issuer.token(claims, { nowMs, key: stranger })), refusedAs('bad signature'))
  const token = await issuer.token(claims, { nowMs })
  await verify(token)
  for (const bad of [
    '',
    '.',
    '..',
    '...',
    'a.b.c',
    token.slice(0, -1),
    `${token}.`,
    `${token}A`,
    ` ${token}`,
    `${token}\n`,
  ])
    await assert.rejects(verify(bad), IdentityRefused, JSON.stringify(bad))
  for (let at = 0; at < token.length; at += 7) {
    const other = token[at] === 'A' ? 'B' : 'A'
    await assert.rejects(verify(`${token.slice(0, at)}${other}${token.slice(at + 1)}`), IdentityRefused, String(at))
  }
})

test('attack 32: refused with duplicate members, deep, large or broken JSON', async (t) => {
  const { issuer, verify } = await openScene(t)
  const head = { alg: 'ES256', kid: 'one' }
  const body = JSON.stringify({ iss: issuer.url, ...good })
  for (const [header, payload] of [
    [head, body.replace('{', '{"sub":"other",')],
    [head, body.replace('"sub"', '"s\\u0075b":"other","sub"')],
    [head, body.replace('{', '{"x":{"a":1,"a":2},')],
    ['{"alg":"none","alg":"ES256","kid":"one"}', body],
    [head, body.replace('{', `{"x":${'['.repeat(40)}${']'.repeat(40)},`)],
    [head, `[${body}]`],
    [head, body.slice(0, -1)],
    [head, `${body}x`],
    [head, 'null'],
    [head, body.replace('{', `{"x":"${'a'.repeat(20_000)}",`)],
  ] as const)
    await assert.rejects(verify(forge(header, payload)), refusedAs('malformed'), payload.slice(0, 60))
  const notText = `${forge(head, '').split('.')[0]!}.${Buffer.from([0xff, 0xfe]).toString('base64url')}.AAAA`
  await assert.rejects(verify(notText), refusedAs('malformed'))
})

test('keys that are rotated are found, and unknown names cost one request in half a minute', async (t) => {
  const { issuer, verify, advance } = await openScene(t)
  await verify(await issuer.token(claims, { nowMs }))
  assert.equal(issuer.asked.length, 2, 'discovery and keys')
  const next = await makeKey('two')
  const old = issuer.keys[0]!
  issuer.keys = [next]
  await assert.rejects(verify(await issuer.token(claims, { nowMs, key: next })), refusedAs('no key'))
  advance(30_000)
  const tokens = await Promise.all(
    Array.from({ length: 20 }, () => issuer.token(claims, { nowMs: nowMs + 30_000, key: next })),
  )
  await Promise.all(tokens.map(verify))
  assert.equal(issuer.asked.length, 4, 'twenty at once fetch once')
  await assert.rejects(verify(await issuer.token(claims, { nowMs, key: old })), refusedAs('no key'))
  for (let index = 0; index < 50; index += 1)
    await assert.rejects(verify(await issuer.token(claims, { nowMs, key: { ...old, keyId: `k${String(index)}` } })))
  assert.equal(issuer.asked.length, 4)
})

test('keys serve while the issuer is away, for two hours; a withdrawn key goes with the next fetch', async (t) => {
  const { issuer, verify, advance } = await openScene(t)
  const token = (ms: number): Promise<string> => issuer.token(claims, { nowMs: nowMs + ms, key })
  const key = issuer.keys[0]!
  await verify(await token(0))
  for (const path of ['/.well-known/openid-configuration', '/keys'])
    issuer.answers.set(path, (_request, response) => response.writeHead(500).end())
  advance(119 * 60_000)
  await verify(await token(119 * 60_000))
  advance(60_000)
  await assert.rejects(verify(await token(120 * 60_000)), refusedAs('keys not available'))
  issuer.answers.clear()
  advance(30_000)
  await verify(await token(120 * 60_000))
  issuer.keys = []
  advance(10 * 60_000)
  await assert.rejects(verify(await token(130 * 60_000)), refusedAs('no key'))
})

test('max-age of the issuer is followed, between a minute and an hour', async (t) => {
  const { issuer, verify, advance } = await openScene(t)
  const verifyAt = async (ms: number): Promise<void> => {
    await verify(await issuer.token(claims, { nowMs: nowMs + ms }))
  }
  issuer.cacheControl = 'public, max-age=999999'
  await verifyAt(0)
  advance(59 * 60_000)
  await verifyAt(59 * 60_000)
  assert.equal(issuer.asked.length, 2)
  advance(60_000)
  issuer.cacheControl = 'max-age=0'
  await verifyAt(3_600_000)
  assert.equal(issuer.asked.length, 4)
  advance(59_000)
  await verifyAt(3_659_000)
  assert.equal(issuer.asked.length, 4)
  advance(1000)
  await verifyAt(3_660_000)
  assert.equal(issuer.asked.length, 6)
})

test('attack 12: an issuer cannot speak for another one, nor with a key set of two keys of one name', async (t) => {
  const { issuer, verifier, verify } = await openScene(t)
  const hostile = await TestIssuer.start(t)
  hostile.discovery = { issuer: issuer.url }
  const token = await hostile.token({ ...claims, iss: issuer.url }, { nowMs })
  await assert.rejects(verify(token), refusedAs('bad signature'))
  await assert.rejects(
    verifier.verify(await hostile.token(claims, { nowMs }), { issuer: hostile.url, audiences: ['sotto'] }),
    refusedAs('keys not available'),
  )
  const twice = await openScene(t)
  twice.issuer.keys = [await makeKey('one'), await makeKey('one')]
  await assert.rejects(twice.verify(await twice.issuer.token(claims, { nowMs })), refusedAs('no key'))
})

test('attack 35: redirects are not followed, large answers end, and documents lead nowhere else', async (t) => {
  const elsewhere = await TestIssuer.start(t)
  const attempts: readonly ((issuer: TestIssuer) => void)[] = [
    (issuer) =>
      issuer.answers.set('/keys', (_request, response) =>
        response
          .writeHead(302, { location: `${elsewhere.url}/keys` })
          .end(JSON.stringify({ keys: issuer.keys.map(({ jwk }) => jwk) })),
      ),
    (issuer) =>
      issuer.answers.set('/.well-known/openid-configuration', (_request, response) =>
        response.writeHead(307, { location: `${elsewhere.url}/.well-known/openid-configuration` }).end(),
      ),
    (issuer) =>
      issuer.answers.set('/keys', (_request, response) => response.end(`{"keys":["${'a'.repeat(300_000)}"]}`)),
    (issuer) => issuer.answers.set('/keys', (_request, response) => response.end('{"keys":[],"keys":[]}')),
    (issuer) => issuer.answers.set('/keys', (_request, response) => response.destroy()),
    (issuer) => (issuer.discovery = { jwks_uri: 'file:///etc/passwd' }),
    (issuer) => (issuer.discovery = { jwks_uri: 'http://169.254.169.254/latest/meta-data' }),
    (issuer) => (issuer.discovery = { jwks_uri: 'https://169.254.169.254/latest/meta-data' }),
    (issuer) => (issuer.discovery = { jwks_uri: 'http://user:password@127.0.0.1/keys' }),
    (issuer) => (issuer.discovery = { jwks_uri: 7 }),
  ]
  for (const attempt of attempts) {
    const { issuer, verify } = await openScene(t)
    attempt(issuer)
    await assert.rejects(
      verify(await issuer.token(claims, { nowMs })),
      refusedAs('keys not available'),
      attempt.toString(),
    )
  }
  assert.deepEqual(elsewhere.asked, [])
})

test('an issuer that answers slowly, or drips for ever, is left at the end of its time', async (t) => {
  const { issuer } = await openScene(t)
  issuer.answers.set('/silent', () => undefined)
  issuer.answers.set('/drip', (_request, response) => {
    response.write('{')
    const timer = setInterval(() => response.write(' '), 10)
    response.on('close', () => clearInterval(timer))
  })
  for (const path of ['/silent', '/drip']) {
    const began = performance.now()
    await assert.rejects(fetchDocument({ url: new URL(issuer.url + path), timeoutMs: 100 }), /no answer in time/)
    assert.ok(performance.now() - began < 5000)
  }
})

test('nothing is fetched for a token of another issuer or audience', async (t) => {
  const { issuer, verify } = await openScene(t)
  const hostile = await TestIssuer.start(t)
  await assert.rejects(verify(await hostile.token(claims, { nowMs })), refusedAs('wrong issuer'))
  await assert.rejects(verify(await issuer.token({ ...claims, aud: 'other' }, { nowMs })), refusedAs('wrong audience'))
  assert.deepEqual([...hostile.asked, ...issuer.asked], [])
})

test('keys that were given are used instead of those of the address', async (t) => {
  const { issuer, verifier } = await openScene(t)
  const keySet = JSON.stringify({ keys: issuer.keys.map(({ jwk }) => jwk) })
  const expected = { issuer: 'https://kubernetes.default.svc.cluster.local', audiences: ['sotto'], keySet }
  const token = await issuer.token({ ...claims, iss: expected.issuer }, { nowMs })
  assert.equal((await verifier.verify(token, expected)).issuer, expected.issuer)
  assert.deepEqual(issuer.asked, [])
  await assert.rejects(verifier.verify(token, { ...expected, keySet: '{"keys":[]}' }), refusedAs('no key'))
})

test('a sign-in must repeat its nonce', async (t) => {
  const { issuer, verifier } = await openScene(t)
  const expected = { issuer: issuer.url, audiences: ['sotto'], nonce: 'n1' }
  await verifier.verify(await issuer.token({ ...claims, nonce: 'n1' }, { nowMs }), expected)
  for (const nonce of ['n2', undefined])
    await assert.rejects(
      verifier.verify(await issuer.token({ ...claims, nonce }, { nowMs }), expected),
      refusedAs('wrong nonce'),
    )
})

test('no refusal holds anything of the token', async (t) => {
  const { issuer, verify } = await openScene(t)
  const token = await issuer.token({ ...claims, aud: 'other', canary: 'canary-7f3a' }, { nowMs })
  const error: unknown = await verify(token).catch((reason: unknown) => reason)
  assert.ok(error instanceof IdentityRefused)
  assert.ok(!JSON.stringify([error.message, error.stack, error.cause ?? '']).includes('canary'))
})
