/** The readers of everything that comes from outside, each with inputs that it reads. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isSottoError, SottoError } from '@sotto/sdk/model'
import { formatTemplate, parseTemplate, scanTemplate, substitute } from '@sotto/sdk/references'
import type { Reference } from '@sotto/sdk/references'
import { parseImport } from '../../packages/sotto/src/cli/import/read-import.ts'
import { parseEnvFile } from '../../packages/sotto/src/cli/exec/parse-env-file.ts'
import { parseJsonValues } from '../../packages/sotto/src/cli/values/parse-json-values.ts'
import { ValuesTextError } from '../../packages/sotto/src/cli/values/values-text.ts'
import { parseValues, textOf } from '../../packages/sotto/src/cli/values/parse-values.ts'
import { createKeyring, openKeyring } from '../../packages/sotto/src/keys/keyring.ts'
import { readKeyring } from '../../packages/sotto/src/keys/keyring-blob.ts'
import { systemRandom } from '../../packages/sotto/src/keys/random.ts'
import { RootKey } from '../../packages/sotto/src/keys/root-key.ts'
import { parseRootKeyText } from '../../packages/sotto/src/keys/root-key-text.ts'
import { verifyAuditLines } from '../../packages/sotto/src/service/audit/audit-file.ts'
import {
  decodeHead,
  encodeHead,
  prefixSize,
  readPrefix,
} from '../../packages/sotto/src/service/backup/backup-format.ts'
import type { Reader } from './engine.ts'

const vectorsFolder = join(import.meta.dirname, '../../docs/formats/vectors')
const rootKey = new RootKey({ kind: 'file', origin: '/test/root.key', bytes: Buffer.alloc(32, 7) })
const { keyring, blob: keyringBlob } = createKeyring({
  rootKey,
  storeId: Buffer.alloc(16, 3),
  nowMs: Date.UTC(2026, 0, 1),
  random: systemRandom,
})
const buffers = (...texts: readonly string[]): readonly Buffer[] => texts.map((text) => Buffer.from(text))

const nameOf = ({ name, key, version }: Reference): string => `<${name}|${key}|${String(version)}>`

/** What is read is written back the same, so nothing is lost or made up. */
const references: Reader = {
  name: 'references',
  corpus: buffers(
    'https://{{crm.user}}:{{ crm.password@3 }}@host/{{a.b.c}}',
    '\\{{literal}} \\\\{{a.b}} }} {{_.__proto__}}',
    '{"x":"{{é.ß}}","y":["{{a.b}}"]}',
  ),
  words: ['{{', '}}', '\\', '\\\\', '.', '@', '@1', ' ', '\t', '{', '}', 'a.b', '\u{1f511}', '\ud800', '{{a.b}}'],
  read: (input) => {
    const text = input.toString()
    const template = parseTemplate(text)
    const again = parseTemplate(formatTemplate(template.parts))
    assert.equal(substitute(again, nameOf), substitute(template, nameOf))
    assert.equal(scanTemplate(text).problems.length, 0)
  },
}

const dotEnv: Reader = {
  name: 'dot-env',
  corpus: buffers(
    'A=1\nexport B = "two\\nlines" # why\nC=\'literal $x\'\n# comment\n\nD=\n',
    '\ufeffURL=https://x?a=b#c\r\nKEY="-----BEGIN\n\nEND-----"\r\nE=`a`\n',
  ),
  words: ['=', '"', "'", '#', '\n', '\r\n', 'export ', '\\', '\\"', '\\n', ' ', '$', '`', '\u0000', 'A=', '\ufeff'],
  read: (input) => parseEnvFile(textOf(input), 'x'),
}

const jsonValues: Reader = {
  name: 'json-values',
  corpus: buffers(
    '{"user":"admin","port":00123,"big":1e400}',
    '{"a":{"b":[1,null,true,{"c":"\\ud83d\\udd11\\n"}]},"d":-0.5E+3,"__proto__":"x"}',
    '{"pin":"00123","n":12345678901234567890}',
  ),
  words: [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '\\u',
    '\\',
    'null',
    'true',
    '1e',
    '-',
    '{"a":',
    '[[',
    '{{a.b}}',
    '&a ',
    '*a',
  ],
  read: (input) => refusing(() => parseJsonValues(textOf(input))),
}

/** The error of a format is told as a `SottoError` by whoever knows the place; here the place does not matter. */
function refusing<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof ValuesTextError) throw new SottoError('value_invalid', error.message)
    throw error
  }
}

const yamlValues: Reader = {
  name: 'yaml-values',
  longestBytes: 320,
  corpus: buffers(
    'user: admin\nport: 00123\ntext: |\n  one\n  two\nlist:\n  - a\n',
    "\"quoted\": 'it''s'\nnothing: ~\nflow: {a: 1, b: [2]}\n# end\n",
    'folded: >-\n  a\n  b\nquery: "{{ a.b }}"\n---\n',
  ),
  words: [
    ': ',
    '- ',
    '\n',
    '  ',
    '&a ',
    '*a',
    '<<: ',
    '!!binary ',
    '|\n',
    '>-\n',
    '? ',
    '"',
    "'",
    '{',
    '[',
    '#',
    '%',
    '\t',
  ],
  read: (input) => parseValues(textOf(input), 'x'),
}

/** Exports of other stores, recognised by their shape. */
const imports: Reader = {
  name: 'imports',
  longestBytes: 320,
  corpus: buffers(
    '{"request_id":"1","data":{"data":{"user":"a","pin":"00123"},"metadata":{"version":3}}}',
    '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"crm"},"data":{"k":"YWJj"},"stringData":{"t":"x"}}',
    '{"ARN":"arn:aws:x","Name":"prod/crm","SecretString":"{\\"user\\":\\"a\\"}"}',
    '[{"key":"A","value":"1"},{"key":"B","value":"2"}]',
    '{"A":{"computed":"1","raw":"1"},"B":{"computed":"2","raw":"2"}}',
    '{"title":"crm","fields":[{"label":"user","value":"a","section":{"label":"s"}}]}',
    'A=1\nexport B="two" # why\n# sotto: a.b base64\nC=YWJj\n',
    'kind: Secret\nmetadata:\n  name: crm\ndata:\n  k: YWJj\n',
  ),
  words: [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '\\',
    'null',
    '"data":',
    '"kind":"List","items":',
    '=',
    '\n',
    '# sotto: ',
    '--- ',
  ],
  read: (input) => parseImport(textOf(input), 'x', { from: undefined, named: false }),
}

/** A changed blob never opens, whatever was changed. */
const valueBlob: Reader = makeValueBlob()

function makeValueBlob(): Reader {
  const place = {
    workspaceId: Buffer.alloc(16, 4),
    secretId: Buffer.alloc(16, 5),
    versionId: Buffer.alloc(16, 6),
    key: 'password',
  }
  const seal = (value: string): Buffer => keyring.sealValue({ place, value: Buffer.from(value), random: systemRandom })
  const corpus = [seal('abc123'), seal(''), seal('x'.repeat(200))]
  return {
    name: 'value-blob',
    corpus,
    words: ['STV1', 'STV2', '\u0000\u0000\u0000\u0001', keyring.activeDataKeyId],
    read: (input) => {
      keyring.openValue({ place, blob: input })
      assert.ok(
        corpus.some((blob) => blob.equals(input)),
        'a blob opened that was never sealed',
      )
    },
  }
}

const keyringBytes: Reader = {
  name: 'keyring',
  corpus: [
    keyringBlob,
    ...(JSON.parse(readFileSync(join(vectorsFolder, 'keyring.json'), 'utf8')) as { sealed: { blob: string }[] }).sealed // generate.py writes it so
      .map(({ blob }) => Buffer.from(blob, 'hex')),
  ],
  words: ['STK1', 'STK2', '\u0000', '\u0001', '\u0002', '\u00ff\u00ff'],
  read: (input) => {
    readKeyring(input)
    openKeyring(input, rootKey)
    assert.ok(keyringBlob.equals(input), 'a keyring opened that was never sealed')
  },
}

const rootKeyText: Reader = {
  name: 'root-key-text',
  corpus: buffers(`${'0123456789abcdef'.repeat(4)}\n`, `${Buffer.alloc(32, 9).toString('base64')}\r\n`),
  words: ['\n', '\r\n', '=', '+', '/', '_', '-', ' '],
  read: (input) => {
    const key = parseRootKeyText(input.toString())
    if (key !== undefined) assert.equal(key.length, 32)
  },
}

const backup: Reader = makeBackup()

/** The head alone: behind it lie bytes that are held against digests in it. */
function makeBackup(): Reader {
  const hash = createHash('sha256').update('x').digest('hex')
  const common = { schemaVersion: 2, createdAtMs: 1, checkpoint: { epoch: 1, sequence: 9, head: hash } }
  const section = (name: string): { name: string; sizeBytes: number; sha256: string } => ({
    name,
    sizeBytes: 5,
    sha256: hash,
  })
  const heads = [['database'], ['database', `logs/01890000-0000-7000-8000-000000000001.log`]].map((names) =>
    encodeHead({ ...common, keyring: keyringBlob, sections: names.map(section) }, keyring),
  )
  return {
    name: 'backup',
    corpus: heads,
    words: [
      'STB1',
      '"sections":',
      '"database"',
      '{',
      '}',
      '[',
      ']',
      '"',
      ',',
      '../',
      '-1',
      '1e99',
      'null',
      '\u0000\u0000\u0000\u0010',
    ],
    read: (input) => {
      const size = readPrefix(input.subarray(0, prefixSize))
      decodeHead(input.subarray(prefixSize, prefixSize + size))
    },
  }
}

/** The lines come from `readers.test.ts`, from a real store. A changed export is never taken as authenticated. */
export function auditExport(corpus: readonly Buffer[], fingerprint: string): Reader {
  return {
    name: 'audit-export',
    corpus,
    words: [
      '{"end":',
      '"hash":"',
      '\n',
      '\r',
      '{',
      '}',
      '"sequence":',
      '-1',
      '1e99',
      'null',
      '\u0000',
      '"at":"',
      '"format":"sotto-audit/1"',
    ],
    read: async (input) => {
      const { result } = await verifyAuditLines(input.toString().split('\n'), { fingerprint })
      if (result === 'broken') throw brokenExport
    },
  }
}

const brokenExport = Object.assign(new Error('broken'), { name: 'SottoError', code: 'audit_broken' })
assert.ok(isSottoError(brokenExport))

/** Their parsers are slow: they are tried in a file of their own, beside the others. */
export const slowReaders: readonly Reader[] = [yamlValues, imports]

export const readers: readonly Reader[] = [references, dotEnv, jsonValues, valueBlob, keyringBytes, rootKeyText, backup]
