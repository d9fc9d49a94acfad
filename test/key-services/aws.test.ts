// AWS KMS as moto emulates it: the conformance suite of root keys; what moto does not do is answered by a stand-in.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import type { TestContext } from 'node:test'
import type { SottoError } from '@sotto/sdk/model'
import { keyServices } from '../../packages/sotto/src/integrations/key-services.ts'
import { rootKeyConformance } from '../../packages/sotto/src/keys/conformance.ts'
import type { KeyService } from '../../packages/sotto/src/keys/key-service.ts'
import type { LocalServer } from '../support/local-server.ts'
import { makeKmsKey, motoEnvironment, motoProgram, startMoto } from '../support/moto.ts'
import { requirePart } from '../support/parts.ts'
import { pythonProgramAvailable } from '../support/python-program.ts'
import { refusalOf } from './refusal.ts'

const isHere = pythonProgramAvailable(motoProgram) === true
const store = { storeId: '00000000-0000-0000-0000-000000000001' }
const region = 'eu-central-1'
const someArn = `arn:aws:kms:${region}:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab`

let moto: LocalServer
before(async () => {
  if (!isHere) return
  moto = await startMoto()
  Object.assign(process.env, motoEnvironment(moto.url)) // the SDK looks there
})
after(async () => {
  if (isHere) await moto.stop()
})

function makeKey(): Promise<string> {
  return makeKmsKey(moto.url, region)
}

function openKey(arn: string): KeyService {
  const kind = keyServices.find(({ scheme }) => scheme === 'aws-kms')
  assert.ok(kind !== undefined)
  return kind.open(arn, {})
}

async function safeRefusalOf(call: Promise<unknown>, code: string, message: RegExp): Promise<SottoError> {
  const error = await refusalOf(call, code, message)
  assert.equal(error.cause, undefined, 'the error of the SDK carries the request')
  return error
}

/** Answers each call as AWS would, in the place of moto; gives what was asked. */
async function standIn(t: TestContext, answers: [number, string | undefined][]): Promise<string[]> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(String(request.headers['x-amz-target']))
    const [status, type] = answers.shift() ?? [500, 'InternalFailure']
    request.resume().on('end', () => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
      response.end(type === undefined ? '<html>' : JSON.stringify({ __type: type, message: 'an answer' }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const before = { ...process.env }
  Object.assign(process.env, motoEnvironment(`http://127.0.0.1:${String(address.port)}`))
  t.after(() => {
    server.close()
    process.env = before
  })
  return asked
}

rootKeyConformance('AWS KMS', async (t) => {
  if (!requirePart(t, 'moto')) return undefined
  const sourceOf = async () => ({
    env: { SOTTO_ROOT_KEY_SERVICE: `aws-kms:${await makeKey()}` },
    defaultFile: '/nonexistent/root.key',
    keyServices,
  })
  // KMS does not say whether a key does not exist or may not be seen: a blob that names another one is "access denied" to moto,
  // as it is to AWS where the other key is somebody else's.
  return { kind: 'kms', source: await sourceOf(), other: await sourceOf(), mayAlsoSay: 'key_service_refused' }
})

test('the context is the store, and another one does not open it', async (t) => {
  if (!requirePart(t, 'moto')) return
  const service = openKey(await makeKey())
  const wrapped = await service.wrap(randomBytes(32), store)
  const another = { storeId: '00000000-0000-0000-0000-000000000002' }
  await safeRefusalOf(service.unwrap(wrapped, another), 'key_wrong', /for another store/)
})

test('a key that is not there is told apart from a wrong one', async (t) => {
  if (!requirePart(t, 'moto')) return
  const arn = await makeKey()
  const wrapped = await openKey(arn).wrap(randomBytes(32), store)
  const missing = arn.replace(/[^/]*$/, '00000000-0000-0000-0000-000000000000')
  const error = await safeRefusalOf(openKey(missing).unwrap(wrapped, store), 'key_disabled', /does not exist/)
  assert.match(error.hint ?? '', /change-root --recovery/)
})

test('each refusal of AWS is one of ours', async (t) => {
  const cases: [number, string, string, RegExp][] = [
    [400, 'DisabledException', 'key_disabled', /is disabled/],
    [400, 'KMSInvalidStateException', 'key_disabled', /waits for its deletion/],
    [400, 'AccessDeniedException', 'key_service_refused', /may not be used/],
    [400, 'UnrecognizedClientException', 'key_service_refused', /wrong or expired/],
    [400, 'ExpiredTokenException', 'key_service_refused', /wrong or expired/],
    [400, 'IncorrectKeyException', 'key_wrong', /by another key/],
    [400, 'InvalidKeyUsageException', 'key_service_failed', /not a symmetric key/],
    [400, 'SomethingNewException', 'key_service_failed', /SomethingNewException/],
  ]
  const answers = cases.map(([status, type]): [number, string] => [status, type])
  const asked = await standIn(t, answers)
  for (const [, type, code, message] of cases) {
    const error = await safeRefusalOf(openKey(someArn).unwrap(Buffer.alloc(99), store), code, message)
    assert.equal(error.details['reason'], type)
  }
  assert.equal(asked.length, cases.length, 'none of these is tried again')
})

test('throttling is tried once more, and a service in trouble is not reachable', async (t) => {
  const asked = await standIn(t, [
    [400, 'ThrottlingException'],
    [400, 'ThrottlingException'],
    [503, undefined],
    [503, undefined],
  ])
  await safeRefusalOf(openKey(someArn).unwrap(Buffer.alloc(9), store), 'key_service_unreachable', /overloaded/)
  assert.deepEqual(asked.splice(0), ['TrentService.Decrypt', 'TrentService.Decrypt'])
  await safeRefusalOf(openKey(someArn).wrap(Buffer.alloc(32), store), 'key_service_unreachable', /overloaded/)
  process.env['AWS_ENDPOINT_URL'] = 'http://127.0.0.1:1'
  await safeRefusalOf(openKey(someArn).wrap(Buffer.alloc(32), store), 'key_service_unreachable', /ECONNREFUSED/)
})
