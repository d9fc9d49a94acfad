import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { format, inspect } from 'node:util'
import { isSottoError } from '../model/error.ts'
import { containsSensitive, Sensitive } from '../model/sensitive.ts'
import { bytesValue, emptyRecord, textValue } from '../model/value.ts'
import type { SecretValue } from '../model/value.ts'
import { Secret } from './secret.ts'

const values = emptyRecord<SecretValue>()
values['username'] = textValue('admin-hunter2')
values['__proto__'] = textValue('proto-hunter2')
values['keystore'] = bytesValue(Uint8Array.of(0xff, 0, 1))
const secret = new Secret({
  unchanged: false,
  id: '0190b0a0-0000-7000-8000-000000000000',
  name: 'crm',
  scope: 'user',
  version: 3,
  values,
  plain: ['username'],
})

describe('a secret', () => {
  test('gives its text by key, masked and in clear', () => {
    assert.equal(secret.values['username']?.reveal(), 'admin-hunter2')
    assert.equal(secret.secretValues['username'], 'admin-hunter2')
    assert.equal(secret.secretValues['__proto__'], 'proto-hunter2')
    assert.ok(secret.values['username'] instanceof Sensitive)
  })

  test('has nothing under keys that it does not hold, such as members of every object', () => {
    for (const key of ['toString', 'constructor', 'password']) {
      assert.equal(secret.values[key], undefined)
      assert.equal(secret.secretValues[key], undefined)
      assert.equal(secret.bytes[key], undefined)
    }
  })

  test('gives bytes of every key, and refuses to call bytes a text', () => {
    assert.deepEqual(secret.bytes['keystore']?.reveal(), Uint8Array.of(0xff, 0, 1))
    assert.deepEqual(secret.bytes['username']?.reveal(), new TextEncoder().encode('admin-hunter2'))
    for (const read of [() => secret.values['keystore'], () => secret.secretValues['keystore']]) {
      assert.throws(read, (error) => isSottoError(error, 'value_invalid') && error.hint === 'read it from secret.bytes')
    }
    assert.deepEqual(Object.keys(secret.secretValues), ['username', '__proto__'])
    assert.deepEqual(secret.keys, ['username', '__proto__', 'keystore'])
  })

  test('prints, serializes and clones without a value', () => {
    const texts = [
      String(secret),
      inspect(secret),
      // As node:assert does. With showHidden besides, it would call the getter that is there to show values.
      inspect(secret, { customInspect: false, getters: true, depth: 9 }),
      inspect({ secret, values: secret.values, bytes: secret.bytes }, { depth: 9 }),
      format('%s %o %j', secret, secret, secret),
      JSON.stringify({ secret, values: secret.values }),
      inspect(structuredClone(secret)),
      JSON.stringify(Object.entries(structuredClone(secret))),
    ]
    for (const text of texts) assert.ok(!text.includes('hunter2'), text)
    assert.equal(String(secret), 'Secret crm@3 { username: ***, __proto__: ***, keystore: *** }')
    assert.deepEqual(JSON.parse(JSON.stringify(secret)), {
      id: '0190b0a0-0000-7000-8000-000000000000',
      name: 'crm',
      scope: 'user',
      version: 3,
      keys: ['username', '__proto__', 'keystore'],
    })
  })

  test('is refused as the result of a step', () => {
    assert.ok(containsSensitive({ secret }))
  })
})
