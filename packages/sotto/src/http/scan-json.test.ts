import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSottoError } from '@sotto/sdk/model'
import { fc } from '../../../../test/support/property.ts'
import { scanJson } from './scan-json.ts'

function refused(text: string): boolean {
  try {
    scanJson(text)
    return false
  } catch (error) {
    assert.ok(isSottoError(error, 'request_malformed'))
    return true
  }
}

test('a member twice is found in whatever place and writing, and nowhere else', () => {
  for (const text of [
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '[{"b":{"a":1,"c":[{}],"a":2}}]',
    '{"a\\"":1,"a\\"":2}',
    '{"\\\\":1,"\\\\":2}',
    '{"":1,"":2}',
    '{"__proto__":1,"__proto__":2}',
  ])
    assert.ok(refused(text), text)
  for (const text of [
    '{"a":{"a":{"a":1}},"b":"a","c":["a","a","a"]}',
    '[{"a":1},{"a":1}]',
    '{"a":"\\"a\\":1","b":"a"}',
    '{"a\\\\":1,"a":2}',
    '"a"',
    '-1e-5',
    '{"a":"1e999"}',
  ])
    assert.ok(!refused(text), text)
})

test('numbers that JSON.parse would make infinite', () => {
  for (const text of ['1e999', '[-1e400]', `{"a":1${'0'.repeat(400)}}`]) assert.ok(refused(text), text)
})

test('any JSON of ours passes, and any of its objects with a member repeated does not', () => {
  const object = fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 })
  fc.assert(
    fc.property(object, fc.nat(), (value, which) => {
      const members = Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}:${JSON.stringify(each)}`)
      assert.ok(!refused(`{${members.join(',')}}`))
      const again = members[which % members.length] ?? ''
      assert.ok(refused(`[{${[...members, again].join(' , ')}}]`))
    }),
  )
})
