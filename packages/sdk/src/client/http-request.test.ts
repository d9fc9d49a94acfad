import assert from 'node:assert/strict'
import { test } from 'node:test'
import { operations } from '../model/operations.ts'
import { writeRequest } from './http-request.ts'

const id = '01a20d43-9a65-7436-8dc0-43879e40443d'

test('an id stands in the path, a name in the query, whatever it is', () => {
  assert.deepEqual(writeRequest(operations.describeSecret, { secret: id }), {
    target: `/secrets/${id}`,
    body: undefined,
  })
  for (const [name, written] of [
    ['crm', 'crm'],
    ['../x', '..%2Fx'],
    ['a&b=c#d?e', 'a%26b%3Dc%23d%3Fe'],
    ['\u0000\n', '%00%0A'],
    ['\ud800', '%EF%BF%BD'],
    ['by-name', 'by-name'],
  ])
    assert.equal(
      writeRequest(operations.describeSecret, { secret: name }).target,
      `/secrets/by-name?secret=${String(written)}`,
    )
  assert.equal(writeRequest(operations.describeStack, {}).target, '/stacks/by-name')
})

test('what is left out does not travel; null does, in a body', () => {
  assert.deepEqual(writeRequest(operations.listSecrets, { scope: undefined, limit: 10, deleted: false }), {
    target: '/secrets?limit=10&deleted=false',
    body: undefined,
  })
  assert.deepEqual(writeRequest(operations.updateSecret, { secret: 'crm', expiresAt: null, scope: undefined }), {
    target: '/secrets/by-name?secret=crm',
    body: '{"expiresAt":null}',
  })
})

test('members of members are written in brackets', () => {
  const { target } = writeRequest(operations.listSecrets, { labels: { 'a.b': 'c d' }, created: { from: '2026-01-01' } })
  assert.equal(target, '/secrets?labels%5Ba.b%5D=c%20d&created%5Bfrom%5D=2026-01-01')
})
