import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tokenKinds } from '@sotto/sdk/model'
import { systemRandom } from '../../keys/random.ts'
import { createTokenText, readTokenKind } from './token-text.ts'

test('a token says its kind, and no two are alike', () => {
  for (const kind of tokenKinds) {
    const text = createTokenText(kind, systemRandom)
    assert.match(text, new RegExp(`^sotto_${kind}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$`))
    assert.equal(readTokenKind(text), kind)
    assert.notEqual(text, createTokenText(kind, systemRandom))
  }
})

test('the format stays as it is: tokens that were given out must be good for ever', () => {
  const text = createTokenText('service', (size) => Buffer.alloc(size, 0xab))
  assert.equal(text, 'sotto_service_ehv1hsdOHPxDuX3xn9YyIKbgl4yJuySCWzdimD4heup_36OYhY')
})

test('refuses any single character changed, cut or added, and unknown kinds, without a database', () => {
  const text = createTokenText('user', systemRandom)
  const wrong = [
    text.slice(0, -1),
    `${text}0`,
    ` ${text}`,
    `${text}\n`,
    text.toUpperCase(),
    '',
    'sotto_user__',
    'x'.repeat(1e6),
  ]
  for (let at = 0; at < text.length; at += 1) {
    const other = text[at] === 'a' ? 'b' : 'a'
    wrong.push(text.slice(0, at) + other + text.slice(at + 1), text.slice(0, at) + text.slice(at + 1))
  }
  for (const each of wrong) assert.equal(readTokenKind(each), undefined, each.slice(0, 80))
  assert.ok(wrong.length > 100)
  assert.equal(readTokenKind(text.replace('sotto_user', 'sotto_root')), undefined)
})
