import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSottoError } from '../model/error.ts'
import type { SottoError } from '../model/error.ts'
import { readAnswer } from './http-answer.ts'

function errorOf(status: number, body: string): SottoError {
  try {
    readAnswer({ status, header: () => undefined, body })
  } catch (error) {
    assert.ok(isSottoError(error))
    return error
  }
  throw new Error('it was taken for a success')
}

const problem = (members: object): string =>
  JSON.stringify({ status: 404, detail: 'there is no secret "a"', details: {}, requestId: 'r-1', ...members })

test('a problem becomes the error that the service threw', () => {
  const error = errorOf(404, problem({ code: 'secret_not_found', hint: 'look', details: { near: ['b'] } }))
  assert.deepEqual(
    [error.code, error.message, error.hint, error.details],
    ['secret_not_found', 'there is no secret "a"', 'look', { near: ['b'] }],
  )
})

test('a server of another version is said to be one', () => {
  const older = errorOf(404, problem({ code: 'route_unknown' }))
  assert.equal(older.code, 'unsupported')
  assert.match(older.hint ?? '', /older or newer/)
  const newer = errorOf(409, problem({ code: 'a_code_to_come', detail: 'words to come' }))
  assert.deepEqual([newer.code, newer.message, newer.details], ['internal', 'words to come', { requestId: 'r-1' }])
  assert.deepEqual(readAnswer({ status: 200, header: () => undefined, body: '{"a":1,"toCome":2}' }), {
    a: 1,
    toCome: 2,
  })
})

test('what is no answer of ours is not quoted: it may hold anything', () => {
  for (const [status, body] of [
    [200, '{"secrets":[{"values":"hunter2'],
    [502, '<html>hunter2</html>'],
    [302, ''],
    [401, '{"error":"hunter2"}'],
    [200, ''],
    [500, 'null'],
  ] as const) {
    const error = errorOf(status, body)
    assert.equal(error.code, 'unreachable')
    assert.match(error.message, new RegExp(`status ${String(status)}`))
    assert.ok(!`${error.message}${JSON.stringify(error)}${String(error.cause)}`.includes('hunter2'))
  }
})
