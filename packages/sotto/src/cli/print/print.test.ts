import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fc } from '../../../../../test/support/property.ts'
import { parse } from 'yaml'
import { factsText, tableText } from './table.ts'
import { cutTo, safeJson, safeLine, safeLines, widthOf } from './text.ts'
import { wrap } from './wrap.ts'
import { yamlText } from './yaml-text.ts'

const plain = (_format: unknown, text: string): string => text

test('no control character and no change of direction reaches the terminal', () => {
  const hostile = fc.string({
    unit: fc.constantFrom('a', '\u001b', '\u009b', '\u0007', '\r', '\n', '\t', '\u202e', '\u2066', '\u007f', '😀'),
  })
  fc.assert(
    fc.property(hostile, (text) => {
      assert.match(safeLine(text), /^[a-f😀\\nrtu0-9]*$/u)
      assert.match(safeLines(text), /^[a-f😀\\nrtu0-9\n\t]*$/u)
      assert.match(safeJson({ text }), /^\{"text":"[a-f😀\\bnrtu0-9]*"\}$/u)
      assert.deepEqual(JSON.parse(safeJson({ text })), { text })
      assert.match(yamlText({ [text]: text }), /^[\u0020-\u007e\n😀]*$/u)
      assert.deepEqual(parse(yamlText({ [text]: [text] })), { [text]: [text] })
    }),
  )
})

test('a text of blanks, line breaks and marks comes back from YAML as it is', () => {
  const unit = fc.constantFrom(...' \n\t\ra#:-|>\'"\\{}&*!?%@`\u0085\u2028\ufeff\0'.split(''))
  const back = (text: string): void => {
    assert.deepEqual(parse(yamlText({ items: [{ [`k${text}`]: text, text }] })), {
      items: [{ [`k${text}`]: text, text }],
    })
  }
  fc.assert(fc.property(fc.string({ unit, maxLength: 10 }), back), {
    numRuns: 5000,
    // Lines of blanks alone, which the package writes as blocks of other texts.
    examples: [[' \n'], ['  \n\n'], ['a\n \n'], ['\t\n'], [' \na']],
  })
})

test('columns line up for wide scripts and emoji', () => {
  const text = tableText(
    {
      columns: ['A', 'B'],
      rows: [
        ['日本', 'x'],
        ['ab', 'y'],
        ['😀', 'z'],
      ],
    },
    plain,
    undefined,
  )
  assert.equal(text, 'A     B\n日本  x\nab    y\n😀    z\n')
})

test('in a terminal no line is longer than it, elsewhere nothing is cut', () => {
  const table = {
    columns: ['NAME', 'KEYS'],
    rows: [
      ['secret', 'k'.repeat(100)],
      ['n'.repeat(60), 'k'],
    ],
  }
  for (const line of tableText(table, plain, 40).split('\n')) assert.ok(widthOf(line) <= 40, line)
  assert.ok(tableText(table, plain, undefined).includes('k'.repeat(100)))
})

test('what is cut fits and says so', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 20 }), (text, width) => {
      const cut = cutTo(text, width)
      assert.ok(widthOf(cut) <= width)
      assert.ok(cut === text || cut.endsWith('…'))
    }),
  )
})

test('facts stand under each other, with a table below', () => {
  assert.equal(
    factsText(
      {
        facts: [
          ['name', 'x'],
          ['version', '1'],
        ],
        table: { columns: ['KEY'], rows: [['a']] },
      },
      plain,
      80,
    ),
    'name:    x\nversion: 1\n\nKEY\na\n',
  )
})

test('folding keeps every word', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{1,12}$/)), (words) => {
      const lines = wrap(words.join(' '), 30, '  ')
      assert.equal(lines.map((line) => line.slice(2)).join(' '), words.join(' '))
      for (const line of lines) assert.ok(line.length <= 30)
    }),
  )
})
