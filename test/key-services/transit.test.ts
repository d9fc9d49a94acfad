// The transit engine of a real OpenBao: the conformance suite of root keys, and each way in which it can say no.

import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { TestContext } from 'node:test'
import type { SottoError } from '@sotto/sdk/model'
import { keyServices } from '../../packages/sotto/src/integrations/key-services.ts'
import { rootKeyConformance } from '../../packages/sotto/src/keys/conformance.ts'
import type { KeyService } from '../../packages/sotto/src/keys/key-service.ts'
import { type Openbao, openbao, rootToken, startOpenbao } from '../support/openbao.ts'
import { requirePart } from '../support/parts.ts'
import { pythonProgramAvailable } from '../support/python-program.ts'
import { refusalOf } from './refusal.ts'

const isHere = pythonProgramAvailable(openbao) === true
const store = { storeId: '00000000-0000-0000-0000-000000000001' }

let bao: Openbao
before(async () => {
  if (isHere) bao = await startOpenbao()
})
after(async () => {
  if (isHere) await bao.stop()
})

let keys = 0

/** A new key of the engine. */
async function makeKey(input: object = { type: 'aes256-gcm96' }): Promise<string> {
  const name = `key-${String((keys += 1))}`
  await bao.call('POST', `transit/keys/${name}`, input)
  return name
}

function addressOf(name: string): string {
  return `${bao.url}/transit/${name}`
}

function openKey(name: string, env: Readonly<Record<string, string>> = { BAO_TOKEN: rootToken }): KeyService {
  return openAddress(addressOf(name), env)
}

function openAddress(address: string, env: Readonly<Record<string, string>> = { BAO_TOKEN: rootToken }): KeyService {
  const kind = keyServices.find(({ scheme }) => scheme === 'transit')
  assert.ok(kind !== undefined)
  return kind.open(address, { HOME: '/nonexistent', ...env })
}

/** The error of a call, with the texts that it must have and the secrets that it must not. */
async function safeRefusalOf(call: Promise<unknown>, code: string, message: RegExp): Promise<SottoError> {
  const error = await refusalOf(call, code, message)
  assert.ok(!JSON.stringify(error).includes(rootToken) && !String(error.cause).includes(rootToken))
  return error
}

async function wrapped(service: KeyService): Promise<Uint8Array> {
  return await service.wrap(randomBytes(32), store)
}

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-transit-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

for (const [name, input] of [
  ['transit', { type: 'aes256-gcm96' }],
  ['transit with a derived key', { type: 'aes256-gcm96', derived: true }],
  ['transit with ChaCha20', { type: 'chacha20-poly1305' }],
] as const) {
  rootKeyConformance(name, async (t) => {
    if (!requirePart(t, 'openbao')) return undefined
    const sourceOf = async () => ({
      env: { SOTTO_ROOT_KEY_SERVICE: `transit:${addressOf(await makeKey(input))}`, BAO_TOKEN: rootToken },
      defaultFile: '/nonexistent/root.key',
      keyServices,
    })
    return { kind: 'transit', source: await sourceOf(), other: await sourceOf() }
  })
}

test('a rotated key still opens what its older version has wrapped, until that is retired', async (t) => {
  if (!requirePart(t, 'openbao')) return
  const name = await makeKey()
  const service = openKey(name)
  const key = randomBytes(32)
  const old = await service.wrap(key, store)
  assert.match(Buffer.from(old).toString(), /^vault:v1:/)
  await bao.call('POST', `transit/keys/${name}/rotate`)
  assert.match(Buffer.from(await service.wrap(key, store)).toString(), /^vault:v2:/)
  assert.deepEqual(await service.unwrap(old, store), key)
  await bao.call('POST', `transit/keys/${name}/config`, { min_decryption_version: 2 })
  const error = await safeRefusalOf(service.unwrap(old, store), 'key_disabled', /no longer opens the version of it/)
  assert.match(error.hint ?? '', /min_decryption_version/)
})

test('a key that was deleted is said to be gone, and one that never was is not made', async (t) => {
  if (!requirePart(t, 'openbao')) return
  const name = await makeKey()
  const service = openKey(name)
  const old = await wrapped(service)
  await bao.call('POST', `transit/keys/${name}/config`, { deletion_allowed: true })
  await bao.call('DELETE', `transit/keys/${name}`)
  const error = await safeRefusalOf(service.unwrap(old, store), 'key_disabled', /does not exist/)
  assert.match(error.hint ?? '', /change-root --recovery/)
  await safeRefusalOf(wrapped(openKey('mistyped')), 'key_disabled', /does not exist/)
  await assert.rejects(bao.call('GET', 'transit/keys/mistyped'), /404/)
})

test('what is wrong about the address, the type of key and the service is told apart', async (t) => {
  if (!requirePart(t, 'openbao')) return
  const rsa = await makeKey({ type: 'rsa-2048' })
  await safeRefusalOf(wrapped(openKey(rsa)), 'key_service_failed', /type that binds nothing/)
  await safeRefusalOf(
    openAddress(`${bao.url}/none/key`).unwrap(Buffer.from('x'), store),
    'key_service_failed',
    /no engine/,
  )
  await safeRefusalOf(wrapped(openAddress('http://127.0.0.1:1/transit/key')), 'key_service_unreachable', /ECONNREFUSED/)
  const overTls = openAddress(addressOf('key').replace('http:', 'https:'))
  await safeRefusalOf(wrapped(overTls), 'key_service_unreachable', /TLS/)
})

test('a token that is wrong, missing or not allowed to is refused', async (t) => {
  if (!requirePart(t, 'openbao')) return
  const name = await makeKey()
  const old = await wrapped(openKey(name))
  const wrong = openKey(name, { BAO_TOKEN: 's.wrong' })
  const error = await safeRefusalOf(wrong.unwrap(old, store), 'key_service_refused', /does not allow decrypt/)
  assert.ok(!JSON.stringify(error).includes('s.wrong'))
  await safeRefusalOf(openKey(name, {}).unwrap(old, store), 'key_service_refused', /no credentials/)
  await safeRefusalOf(
    openKey(name, { BAO_TOKEN: 'two\nlines' }).unwrap(old, store),
    'key_service_refused',
    /does not hold/,
  )
  await safeRefusalOf(openKey(name, { BAO_TOKEN_FILE: '/none' }).unwrap(old, store), 'file_unreadable', /none/)
})

test('a policy with update on encrypt and decrypt is all that it takes', async (t) => {
  if (!requirePart(t, 'openbao')) return
  const folder = folderOf(t)
  const name = await makeKey()
  const policy = ['encrypt', 'decrypt'].map((call) => `path "transit/${call}/${name}" { capabilities = ["update"] }`)
  await bao.call('PUT', 'sys/policies/acl/wrapper', { policy: policy.join('\n') })
  const created = await bao.call('POST', 'auth/token/create', { policies: ['wrapper'] })
  const token = (created as { auth: { client_token: string } }).auth.client_token // as the API documents it
  const tokenFile = join(folder, 'token')
  writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 })
  const key = randomBytes(32)
  for (const env of [
    { VAULT_TOKEN: token },
    { BAO_TOKEN: token, VAULT_TOKEN: 'not this' },
    { BAO_TOKEN_FILE: tokenFile },
  ]) {
    const service = openKey(name, env)
    assert.deepEqual(await service.unwrap(await service.wrap(key, store), store), key)
  }
  writeFileSync(join(folder, '.vault-token'), token, { mode: 0o600 })
  const left = openKey(name, { HOME: folder })
  assert.deepEqual(await left.unwrap(await left.wrap(key, store), store), key)
  await safeRefusalOf(wrapped(openKey('other', { BAO_TOKEN: token })), 'key_service_refused', /does not allow encrypt/)
})

test('signs in by AppRole, and by a JWT as pods do', async (t) => {
  if (!requirePart(t, 'openbao')) return
  const folder = folderOf(t)
  const name = await makeKey()
  const policy = `path "transit/+/${name}" { capabilities = ["update"] }`
  await bao.call('PUT', 'sys/policies/acl/signed-in', { policy })
  await bao.call('POST', 'sys/auth/approle', { type: 'approle' })
  await bao.call('POST', 'auth/approle/role/sotto', { token_policies: ['signed-in'], token_ttl: '1m' })
  const role = (await bao.call('GET', 'auth/approle/role/sotto/role-id')) as { data: { role_id: string } } // as documented
  const secret = (await bao.call('POST', 'auth/approle/role/sotto/secret-id')) as { data: { secret_id: string } }
  const secretFile = join(folder, 'secret-id')
  writeFileSync(secretFile, `${secret.data.secret_id}\n`, { mode: 0o600 })
  const env = { SOTTO_TRANSIT_LOGIN: 'approle', SOTTO_TRANSIT_ROLE_ID: role.data.role_id }
  const key = randomBytes(32)
  const service = openKey(name, { ...env, SOTTO_TRANSIT_SECRET_ID_FILE: secretFile })
  assert.deepEqual(await service.unwrap(await service.wrap(key, store), store), key)
  await safeRefusalOf(wrapped(openKey(name, env)), 'key_service_refused', /refuses the sign-in/)

  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  await bao.call('POST', 'sys/auth/cluster', { type: 'jwt' })
  const pem = publicKey.export({ type: 'spki', format: 'pem' })
  await bao.call('POST', 'auth/cluster/config', { jwt_validation_pubkeys: [pem] })
  const bound = { role_type: 'jwt', user_claim: 'sub', bound_audiences: ['bao'], token_policies: ['signed-in'] }
  await bao.call('POST', 'auth/cluster/role/sotto', bound)
  const part = (content: object): string => Buffer.from(JSON.stringify(content)).toString('base64url')
  const exp = Math.floor(Date.now() / 1000) + 60
  const claims = `${part({ alg: 'ES256' })}.${part({ sub: 'system:serviceaccount:ml:sotto', aud: 'bao', exp })}`
  const signature = sign('sha256', Buffer.from(claims), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  const jwtFile = join(folder, 'jwt')
  writeFileSync(jwtFile, `${claims}.${signature.toString('base64url')}`, { mode: 0o600 })
  const pod = { SOTTO_TRANSIT_LOGIN: 'auth/cluster', SOTTO_TRANSIT_ROLE: 'sotto', SOTTO_TRANSIT_JWT_FILE: jwtFile }
  const inPod = openKey(name, pod)
  assert.deepEqual(await inPod.unwrap(await inPod.wrap(key, store), store), key)
  await safeRefusalOf(
    wrapped(openKey(name, { ...pod, SOTTO_TRANSIT_ROLE: 'no' })),
    'key_service_refused',
    /the sign-in/,
  )
})

test('tries once more what may work the second time, and follows nothing elsewhere', async (t) => {
  const asked: string[] = []
  const answers: [number, object, Record<string, string>?][] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''} ${String(request.headers['x-vault-namespace'])}`)
    const [status, body, headers = {}] = answers.shift() ?? [500, {}]
    response.writeHead(status, headers).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const url = `http://127.0.0.1:${String(address.port)}/a/b/key`
  const service = openAddress(url, { BAO_TOKEN: rootToken, BAO_NAMESPACE: 'team' })
  const plaintext = randomBytes(32)

  answers.push([429, {}], [200, { data: { plaintext: plaintext.toString('base64') } }])
  assert.deepEqual(await service.unwrap(Buffer.from('vault:v1:x'), store), plaintext)
  assert.deepEqual(asked.splice(0), Array(2).fill('POST /v1/a/b/decrypt/key team'))

  answers.push([503, { errors: ['Vault is sealed'] }], [503, { errors: ['Vault is sealed'] }])
  await safeRefusalOf(service.unwrap(Buffer.from('x'), store), 'key_service_unreachable', /is sealed/)
  assert.equal(asked.splice(0).length, 2, 'and not more often')

  answers.push([307, {}, { location: 'http://127.0.0.1:1/elsewhere' }])
  await safeRefusalOf(service.unwrap(Buffer.from('x'), store), 'key_service_failed', /leads elsewhere/)
  answers.push([200, { data: { plaintext: 7 } }])
  await safeRefusalOf(service.unwrap(Buffer.from('x'), store), 'key_service_failed', /not as a transit engine/)
  answers.push([400, { errors: [`echo of ${rootToken}`] }])
  await safeRefusalOf(service.unwrap(Buffer.from('x'), store), 'key_service_failed', /HTTP status 400/)
  answers.push([403, { errors: ['soft deleted'] }])
  await safeRefusalOf(service.unwrap(Buffer.from('x'), store), 'key_service_refused', /status 403/)
})
