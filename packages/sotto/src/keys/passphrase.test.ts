import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ErrorCode } from '@sotto/sdk/model'
import { derivePassphraseKey, newPassphraseParameters, requirePassphrase } from './passphrase.ts'
import { systemRandom } from './random.ts'
import { fromHex, readVectors, rootKeyOf, withCode } from './testing.ts'

type Vectors = {
  passphrases: { passphrase: string; parameters: string; rootKey: string }[]
  refusedParameters: { what: string; code: ErrorCode; parameters: string }[]
}
const { passphrases, refusedParameters } = readVectors('keyring') as Vectors // generate.py writes it so
const origin = 'SOTTO_PASSPHRASE'

for (const { passphrase, parameters, rootKey } of passphrases) {
  test(`makes the key of another implementation, also of "${passphrase}" in another normal form`, async () => {
    for (const text of [passphrase, passphrase.normalize('NFD')]) {
      const made = await derivePassphraseKey({ passphrase: text, origin, parameters: fromHex(parameters) })
      assert.equal(made.id, rootKeyOf(rootKey).id)
      assert.equal(made.parameters.toString('hex'), parameters)
    }
  })
}

for (const { what, code, parameters } of refusedParameters) {
  test(`parameters with ${what} are refused before anything is computed`, async () => {
    const startedMs = performance.now()
    const input = { passphrase: 'correct horse', origin, parameters: fromHex(parameters) }
    await assert.rejects(derivePassphraseKey(input), withCode(code))
    assert.ok(performance.now() - startedMs < 100)
  })
}

test('a salt is drawn for each slot, so that one passphrase gives two keys', async () => {
  const [one, two] = [newPassphraseParameters(systemRandom), newPassphraseParameters(systemRandom)]
  assert.notDeepEqual(one, two)
  const wrong = await derivePassphraseKey({ passphrase: 'correct horse', origin, parameters: one })
  assert.notEqual(wrong.id, (await derivePassphraseKey({ passphrase: 'correct horse', origin, parameters: two })).id)
})

test('a new passphrase has at least 12 characters, and no message shows it', () => {
  requirePassphrase('twelve chars')
  for (const text of ['', 'short', 'eleven char  ', 'x'.repeat(1025)]) {
    assert.throws(
      () => requirePassphrase(text),
      (error: unknown) => withCode('input_invalid')(error) && (text === '' || !String(error).includes(text)),
    )
  }
})
