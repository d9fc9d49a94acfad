/**
 * Goal: what is exported comes back as the same bytes, in every format. Method: random values of what files like to
 * change (quotes, line breaks, `$`, `#`, blanks around, marks of order and end, bytes), written and read again.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { parseEnv } from 'node:util'
import { fc } from '../../../../../test/support/property.ts'
import type { SecretValue } from '@sotto/sdk/model'
import type { OutputFormat } from '../command.ts'
import { parseImport } from '../import/read-import.ts'
import { quoteForDotenv } from './env-quote.ts'
import { exportAllText, exportText } from './export-text.ts'
import type { RevealedSecret } from './get.ts'

const odd = fc.constantFrom(...Array.from(`'"\`\\$#!={}[]:,&*|>%@ \t\n\r\u0085\u2028\ufeffäß😀e\u0301n0-~?`))
const text = fc.oneof(
  fc.string({ unit: odd, maxLength: 20 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }).filter((each) => !each.includes('\0')),
  fc.constantFrom(
    '',
    ' ',
    '\n',
    '\r\n',
    'null',
    '~',
    'true',
    '1e400',
    '00123',
    '<<',
    '---',
    '# sotto: a base64',
    '...',
  ),
)
const value: fc.Arbitrary<SecretValue> = fc.oneof(
  { arbitrary: text.map((data) => ({ encoding: 'utf8' as const, data })), weight: 4 },
  fc
    .uint8Array({ maxLength: 40 })
    .map((bytes) => ({ encoding: 'base64' as const, data: Buffer.from(bytes).toString('base64') })),
)
const key = fc.oneof(
  fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,8}$/),
  fc.constantFrom('null', 'true', '__proto__', 'base64', 'no', 'y', 'tls.crt', 'no-proxy'),
)
const values = fc
  .uniqueArray(fc.tuple(key, value), {
    selector: ([name]) => name.replaceAll(/[.-]/g, '_'),
    minLength: 1,
    maxLength: 6,
  })
  .map((entries): RevealedSecret['values'] => Object.fromEntries(entries))

function secretOf(given: RevealedSecret['values'], name = 's'): RevealedSecret {
  return { unchanged: false, id: 'x', name, scope: 'user', version: 1, values: given, plain: [] }
}

for (const format of ['env', 'dotenv', 'json', 'yaml'] satisfies OutputFormat[]) {
  test(`${format}: what is exported is imported as the same bytes, and known by its content`, async () => {
    await fc.assert(
      fc.asyncProperty(values, async (given) => {
        const exported = await exportText(secretOf(given), format)
        const { secrets } = await parseImport(exported.text, 'x', { from: undefined, named: true })
        const read = secrets[0]?.keys.map(({ key: name, value: each }) => [name, each] as const)
        assert.deepEqual(new Map(read), new Map(Object.entries(given)))
      }),
      { numRuns: 1000 },
    )
  })
}

for (const format of ['json', 'yaml'] satisfies OutputFormat[]) {
  test(`${format}: many secrets come back as the same bytes`, async () => {
    const names = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_-]{0,8}$/)
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(names, values), { selector: ([name]) => name, minLength: 1, maxLength: 4 }),
        async (given) => {
          const exported = await exportAllText(
            given.map(([name, each]) => secretOf(each, name)),
            format,
          )
          const { secrets } = await parseImport(exported, 'x', { from: undefined, named: false })
          const read = secrets.map(
            ({ name, keys }) => [name, new Map(keys.map(({ key: each, value: data }) => [each, data]))] as const,
          )
          assert.deepEqual(new Map(read), new Map(given.map(([name, each]) => [name, new Map(Object.entries(each))])))
        },
      ),
      { numRuns: 300 },
    )
  })
}

test('a shell reads an env export to the same texts', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 4 }), async (texts) => {
      const given = Object.fromEntries(
        texts.map((data, index) => [`V${String(index)}`, { encoding: 'utf8', data } as const]),
      )
      const { text: exported } = await exportText(secretOf(given), 'env')
      const names = Object.keys(given)
      const script = `${exported}printf '%s\\0' ${names.map((name) => `"$${name}"`).join(' ')}`
      const { stdout } = spawnSync('sh', ['-c', script], { encoding: 'utf8' })
      assert.deepEqual(stdout.split('\0').slice(0, -1), texts)
    }),
    { numRuns: 60 },
  )
})

test('readers of .env files read a dotenv export exactly, unless it is said that they disagree', () => {
  fc.assert(
    fc.property(text, (data) => {
      const { text: quoted, disputed } = quoteForDotenv(data)
      if (!disputed) assert.equal(parseEnv(`V=${quoted}\n`)['V'], data)
    }),
    { numRuns: 1000 },
  )
})
