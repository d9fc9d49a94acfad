import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { operationNames } from '@sotto/sdk/model'
import { OpenApi, readOpenApi } from './openapi.ts'

test('the document is OpenAPI 3.1 by the schema of its authors, and has every operation', async () => {
  const validator = new Validator()
  const result = await validator.validate(readOpenApi())
  assert.deepEqual(result, { valid: true })
  assert.equal(validator.version, '3.1')
  assert.deepEqual(new OpenApi(readOpenApi()).operationIds.toSorted(), operationNames.toSorted())
})

test('the validator refuses a document that is none', async () => {
  const { paths: _paths, ...rest } = readOpenApi()
  assert.equal((await new Validator().validate({ ...rest, paths: [] })).valid, false)
})

test('an answer with a member less, or of another type, is not as documented', async () => {
  const openApi = new OpenApi(readOpenApi())
  const send = (content: object): Promise<unknown> =>
    openApi.watch(async () => ({ status: 200, header: () => undefined, body: JSON.stringify(content) }))({
      method: 'GET',
      url: 'http://x/api/v1/workspaces/default/store',
      headers: {},
      timeoutMs: 1,
    })
  const whole = {
    storeId: 'a',
    workspace: 'a',
    principal: 'a',
    schemaVersion: 1,
    place: 'a',
    rootKey: 'a',
    auditFingerprint: 'a',
  }
  await send(whole)
  assert.ok(openApi.seen.has('describeStore'))
  await assert.rejects(send({ ...whole, schemaVersion: '1' }), /schemaVersion must be number/)
  const { place: _place, ...less } = whole
  await assert.rejects(send(less), /must have required property 'place'/)
})
