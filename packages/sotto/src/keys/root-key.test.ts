import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fc } from '../../../../test/support/property.ts'
import { parseRootKeyText } from './root-key-text.ts'
import { fromHex, readVectors, rootKeyOf } from './testing.ts'

type Vectors = {
  sealed: unknown[]
  rootKeyIds: { rootKey: string; rootKeyId: string }[]
  rootKeyTexts: { text: string; rootKey: string }[]
}

const vectors = readVectors('keyring') as Vectors // generate.py writes it so
const key = Buffer.from(Array.from({ length: 32 }, (_, index) => index))

test('ids of root keys are those of the vectors', () => {
  for (const { rootKey, rootKeyId } of vectors.rootKeyIds) assert.equal(rootKeyOf(rootKey).id, rootKeyId)
})

test('hex digits and base64 are read, with at most one line break after them', () => {
  for (const { text, rootKey } of vectors.rootKeyTexts) assert.deepEqual(parseRootKeyText(text), fromHex(rootKey))
})

test('anything else is no root key', () => {
  const hex = key.toString('hex')
  const base64 = key.toString('base64')
  const others = [
    '',
    '\n',
    `${hex}\n\n`,
    `\n${hex}`,
    ` ${hex}`,
    `${hex} `,
    `"${hex}"`,
    `0x${hex}`,
    hex.slice(1),
    `${hex}0`,
    `${hex}\r`,
    `${hex}\n\0`,
    base64.slice(0, -1),
    `${base64}=`,
  ]
  others.push(
    Buffer.alloc(32, 0xff).toString('base64url'),
    Buffer.alloc(33).toString('base64'),
    Buffer.alloc(31).toString('base64'),
  )
  others.push(
    `${base64.slice(0, -2)}9=`,
    `\ufeff${hex}`,
    hex.replace('0', 'O'),
    hex.replace('0', '０'),
    'correct horse battery staple',
  )
  for (const other of others) assert.equal(parseRootKeyText(other), undefined, JSON.stringify(other))
})

test('every key is read back from both forms, and one key has one base64', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      assert.deepEqual(parseRootKeyText(Buffer.from(bytes).toString('hex')), Buffer.from(bytes))
      assert.deepEqual(parseRootKeyText(Buffer.from(bytes).toString('base64')), Buffer.from(bytes))
    }),
  )
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9+/]{43}=$/), (text) => {
      const read = parseRootKeyText(text)
      assert.ok(read === undefined || read.toString('base64') === text)
    }),
  )
})
