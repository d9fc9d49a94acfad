import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fc } from '../../../../../test/support/property.ts'
import { isSottoError } from '@sotto/sdk/model'
import { stringify } from 'yaml'
import { oddities, trimmed } from './oddities.ts'
import { parseJsonValues } from './parse-json-values.ts'
import { parseValues } from './parse-values.ts'
import { parseYamlValues } from './parse-yaml-values.ts'
import type { ValuesEntry } from './values-text.ts'

const key = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,12}$/)
const pairs = fc.uniqueArray(fc.tuple(key, fc.string({ unit: 'grapheme' })), {
  selector: ([name]) => name,
  maxLength: 8,
})

function scalars(entries: readonly ValuesEntry[]): [string, string | null][] {
  return entries.map((entry) => [entry.key, entry.kind === 'scalar' ? entry.value : assert.fail('nested')])
}

test('text in JSON comes back as it is, however it is laid out', () => {
  fc.assert(
    fc.property(pairs, fc.constantFrom(undefined, 2, '\t'), (given, indent) => {
      const text = JSON.stringify(Object.fromEntries(given), undefined, indent)
      assert.deepEqual(scalars(parseJsonValues(text).entries), given)
    }),
  )
})

test('the JSON reader takes exactly the objects that JSON.parse takes', () => {
  const fragment = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"b"',
    ' ',
    '\n',
    '1',
    '-0',
    '1e9',
    '01',
    'true',
    'null',
    '"\\u00e9"',
    '"\\x"',
    "'a'",
  )
  fc.assert(
    fc.property(fc.array(fragment, { maxLength: 14 }), (parts) => {
      const text = `{${parts.join('')}`
      let accepted = true
      try {
        JSON.parse(text)
      } catch {
        accepted = false
      }
      if (accepted) parseJsonValues(text)
      else assert.throws(() => parseJsonValues(text), /not valid JSON at line/)
    }),
    { numRuns: 5000 },
  )
})

test('text in YAML comes back as it is, whatever the style of the writer', async () => {
  await fc.assert(
    fc.asyncProperty(
      pairs,
      fc.constantFrom('PLAIN' as const, 'QUOTE_DOUBLE' as const, 'QUOTE_SINGLE' as const, 'BLOCK_LITERAL' as const),
      async (given, defaultStringType) => {
        fc.pre(given.length > 0)
        // The package writes a line of blanks alone as a block that is another text, to its own reader too.
        const isWritable = ([, value]: readonly string[]): boolean => !/(?:^|\n)[ \t]+(?:\n|$)/.test(value ?? '')
        fc.pre(defaultStringType !== 'BLOCK_LITERAL' || given.every(isWritable))
        const text = stringify(Object.fromEntries(given), {
          lineWidth: 0,
          defaultStringType,
          defaultKeyType: 'QUOTE_DOUBLE',
        })
        assert.deepEqual(scalars((await parseValues(text, 'x')).entries), given)
      },
    ),
  )
})

test('no error of any text holds a piece of it', async () => {
  const fragment = fc.constantFrom(
    'hunter2',
    '{',
    '}',
    '"',
    "'",
    ': ',
    '\n',
    '&',
    '*',
    '!',
    '- ',
    '{{ ',
    '|',
    '>',
    '%',
    '@',
    '#',
    '\t',
    '  ',
    '[',
    ',',
    '---\n',
    '...',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(fragment, { maxLength: 12 }), async (parts) => {
      try {
        await parseValues(parts.join(''), '--values')
      } catch (error) {
        assert.ok(isSottoError(error), String(error))
        // Names of keys may be shown, and here they look like values.
        assert.doesNotMatch(error.message.replaceAll(/"[^"]*"/g, ''), /hunter2/)
      }
    }),
    { numRuns: 3000 },
  )
})

test('deep nesting is refused and does not exhaust the stack', async () => {
  await assert.rejects(parseValues(`{"a":${'{"a":'.repeat(100_000)}`, 'x'), isSottoError)
  await assert.rejects(parseValues(`{"a":${'['.repeat(100_000)}`, 'x'), isSottoError)
})

test('trimming removes everything that is told', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', ' ', '\n', '\r\n', '\t', '\ufeff', '\u00a0') }), (text) => {
      assert.deepEqual(oddities(trimmed(text)), [])
    }),
  )
})

test('a second YAML document is refused, since nothing of it would be kept', () => {
  assert.throws(() => parseYamlValues('a: x\n---\nb: y\n'), /more than one YAML document/)
})
