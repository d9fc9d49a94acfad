import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fc } from '../../../../test/support/property.ts'
import { isSottoError } from './error.ts'
import { isId, isKeyName, isName, nearest, requireKeyName, requireKeyNames, requireName, shown } from './names.ts'

const id = '0190b0a0-0000-7000-8000-000000000000'

describe('names', () => {
  const allowed = [
    'a',
    '_',
    '0',
    'mlflow_secret',
    'a-b',
    'a'.repeat(128),
    '__proto__',
    'constructor',
    'help',
    '0190b0a0',
  ]
  const refused = ['', '-a', 'a.b', 'a b', 'a\n', 'ä', 'a/b', '{a}', 'a'.repeat(129), id, id.toUpperCase()]
  for (const name of allowed) {
    test(`${JSON.stringify(name)} is a name`, () => {
      assert.ok(isName(name))
      assert.equal(requireName('secret', name), name)
    })
  }
  for (const name of refused) {
    test(`${JSON.stringify(name)} is no name`, () => {
      assert.ok(!isName(name))
      assert.throws(
        () => requireName('secret', name),
        (error) => isSottoError(error, 'name_invalid'),
      )
    })
  }

  test('a text shaped like an id is told so', () => {
    assert.ok(isId(id) && isId(id.toUpperCase()) && !isId(`${id}0`) && !isId(` ${id}`))
    assert.throws(() => requireName('stack', id), /stack name .* is shaped like an id/)
  })
})

describe('keys', () => {
  for (const key of ['a', '_', 'a.b', 'a..', 'no-proxy', '__proto__', 'constructor', 'help', 'name', 'k'.repeat(128)]) {
    test(`${JSON.stringify(key)} is a key`, () => {
      assert.ok(isKeyName(key))
      assert.equal(requireKeyName(key), key)
    })
  }
  for (const key of ['', '1', '-a', '.a', 'a@1', 'a b', 'a\n', 'ä', 'k'.repeat(129)]) {
    test(`${JSON.stringify(key)} is no key`, () => {
      assert.ok(!isKeyName(key))
      assert.throws(
        () => requireKeyName(key),
        (error) => isSottoError(error, 'key_invalid'),
      )
    })
  }

  test('all refused keys are named at once, the first ten of many', () => {
    assert.throws(() => {
      requireKeyNames(['fine', '1', '2'])
    }, /keys "1", "2" are not allowed/)
    assert.throws(() => {
      requireKeyNames(Array.from({ length: 12 }, (_, at) => String(at)))
    }, /"9" and 2 more are not/)
  })
})

describe('a name in a message', () => {
  test('has no character that a terminal obeys and never more than 82', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const quoted = shown(text)
        assert.doesNotMatch(quoted, /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u)
        assert.equal(JSON.parse(quoted), text.length > 80 ? `${text.slice(0, 77)}...` : text)
      }),
    )
  })
})

describe('the nearest name', () => {
  const words = ['password', 'username', 'name', 'tracking_uri', 'toString']
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['pasword', 'password'],
    ['usernmae', 'username'],
    ['nmae', 'name'],
    ['tracking_url', 'tracking_uri'],
    ['password', 'password'],
    ['token', undefined],
    ['', undefined],
  ]
  for (const [word, expected] of cases) {
    test(`of ${JSON.stringify(word)} is ${String(expected)}`, () => {
      assert.equal(nearest(word, words), expected)
    })
  }

  test('takes bounded time', () => {
    const started = performance.now()
    nearest(
      'x'.repeat(1_000_000),
      Array.from({ length: 1000 }, () => 'y'.repeat(10_000)),
    )
    assert.ok(performance.now() - started < 3000)
  })
})
