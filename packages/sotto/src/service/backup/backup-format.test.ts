/** The vectors of docs/formats/vectors/backup.json, which a second implementation has written. */
import assert from 'node:assert/strict'
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { AuditCheckpoint, ErrorCode } from '@sotto/sdk/model'
import { openKeyring } from '../../keys/keyring.ts'
import { fromHex, readVectors } from '../../keys/testing.ts'
import { RootKey } from '../../keys/root-key.ts'
import { temporaryFolder } from '../../store/testing.ts'
import { withCode } from '../testing.ts'
import { encodeHead } from './backup-format.ts'
import type { BackupHeader } from './backup-format.ts'
import { BackupReader } from './backup-reader.ts'

interface WrittenVector {
  readonly what: string
  readonly rootKeys: readonly string[]
  readonly header: Omit<BackupHeader, 'keyring'> & {
    readonly storeId: string
    readonly generation: number
    readonly keyring: string
    readonly checkpoint: AuditCheckpoint
  }
  readonly sections: readonly { readonly name: string; readonly bytes: string }[]
  readonly backup: string
}

interface RefusedVector {
  readonly what: string
  readonly rootKey: string
  readonly code: ErrorCode
  readonly backup: string
}

const vectors = readVectors('backup') as {
  // generate.py writes it so
  readonly written: readonly WrittenVector[]
  readonly refused: readonly RefusedVector[]
}

function rootKeyOf(hex: string): RootKey {
  return new RootKey({ kind: 'file', origin: 'test', bytes: fromHex(hex) })
}

function fileOf(t: TestContext, hex: string): string {
  const file = join(temporaryFolder(t), 'b.stb')
  writeFileSync(file, fromHex(hex))
  return file
}

for (const { what, rootKeys, header, sections, backup } of vectors.written) {
  test(`writes byte for byte: ${what}`, () => {
    const [rootKey = ''] = rootKeys
    const keyring = Buffer.from(header.keyring, 'base64')
    const { schemaVersion, checkpoint, createdAtMs, sections: described } = header
    const given = { schemaVersion, checkpoint, createdAtMs, sections: described, keyring }
    const head = encodeHead(given, openKeyring(keyring, rootKeyOf(rootKey)))
    assert.equal(head.toString('hex') + sections.map(({ bytes }) => bytes).join(''), backup)
  })

  test(`reads with each root key: ${what}`, (t) => {
    const file = fileOf(t, backup)
    using reader = new BackupReader(file)
    const { storeId, generation, keyring, ...rest } = header
    assert.deepEqual({ ...reader.header, keyring: reader.header.keyring.toString('base64') }, { ...rest, keyring })
    for (const rootKey of rootKeys) assert.equal(reader.open(rootKeyOf(rootKey)).generation, generation)
    assert.equal(reader.open(rootKeyOf(rootKeys[0] ?? '')).storeId.toString('hex'), storeId.replaceAll('-', ''))
    for (const [index, section] of reader.header.sections.entries()) {
      const target = join(temporaryFolder(t), 'section')
      const descriptor = openSync(target, 'wx')
      reader.copy(section, descriptor)
      closeSync(descriptor)
      assert.equal(readFileSync(target, 'hex'), sections[index]?.bytes)
    }
  })
}

for (const { what, rootKey, code, backup } of vectors.refused) {
  test(`refuses ${what}`, (t) => {
    const file = fileOf(t, backup)
    assert.throws(() => {
      using reader = new BackupReader(file)
      reader.open(rootKeyOf(rootKey))
    }, withCode(code))
  })
}
