import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSottoError } from '@sotto/sdk/model'
import { systemRandom } from './random.ts'
import { createRecoveryCode, encodeRecoveryCode, readRecoveryCode } from './recovery-code.ts'
import { fromHex, readVectors, rootKeyOf, withCode } from './testing.ts'

type Vectors = { recoveryCodes: { entropy: string; code: string; rootKey: string }[] }
const { recoveryCodes } = readVectors('keyring') as Vectors // generate.py writes it so

for (const { entropy, code, rootKey } of recoveryCodes) {
  test(`the code ${code} is that of its bytes, and gives their key`, () => {
    assert.equal(encodeRecoveryCode(fromHex(entropy)), code)
    assert.equal(readRecoveryCode(code, 'test').id, rootKeyOf(rootKey).id)
  })
}

test('a code is read in any case, with other blanks, and with letters that look like digits', () => {
  const { code, rootKey } = createRecoveryCode(systemRandom)
  const sloppy = ` ${code.toLowerCase().replaceAll('-', ' ').replaceAll('1', 'l').replaceAll('0', 'o')}\r\n`
  assert.equal(readRecoveryCode(sloppy, 'test').id, rootKey.id)
  assert.equal(rootKey.kind, 'code')
})

test('no slip of a finger gives another key, and no message tells what was typed', () => {
  let passed = 0
  for (let round = 0; round < 40; round++) {
    const { code } = createRecoveryCode(systemRandom)
    for (let at = 0; at < code.length; at++) {
      const digit = code.charAt(at)
      if (digit === '-') continue
      const typed = `${code.slice(0, at)}${digit === 'X' ? 'Y' : 'X'}${code.slice(at + 1)}`
      try {
        readRecoveryCode(typed, 'test')
        passed += 1 // one in 32,768 is not noticed here, and opens nothing
      } catch (error) {
        assert.ok(isSottoError(error, 'key_malformed'))
        assert.ok(!JSON.stringify(error).includes(code.slice(0, 5)))
      }
    }
  }
  assert.ok(passed <= 2, `${String(passed)} of 1,400 slips were not noticed`)
  assert.throws(() => readRecoveryCode('', 'test'), withCode('key_malformed'))
  assert.throws(() => readRecoveryCode('U'.repeat(35), 'test'), withCode('key_malformed'))
})

test('the bytes of a new code are wiped', () => {
  const draws: Buffer[] = []
  createRecoveryCode((size) => {
    const drawn = systemRandom(size)
    draws.push(drawn)
    return drawn
  })
  assert.ok(draws.length === 1 && draws[0]?.every((byte) => byte === 0))
})
