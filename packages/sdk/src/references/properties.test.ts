import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fc } from '../../../../test/support/property.ts'
import { isSottoError } from '../model/error.ts'
import { parseTemplate, scanTemplate } from './parse.ts'
import { escapeText, formatReference, formatTemplate, soleReference, substitute, unescapeText } from './template.ts'

/** `SOTTO_FUZZ_RUNS=100000` looks longer than the tests of every day. */
const numRuns = Number(process.env['SOTTO_FUZZ_RUNS'] ?? 1000)

/** Texts in which braces, backslashes and dots are common. */
const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        '{',
        '{{',
        '}',
        '}}',
        '\\',
        '.',
        '@',
        '1',
        'a',
        'b.c',
        ' ',
        '\t',
        '\n',
        '😀',
        '{{a.b}}',
        '{{a.b@2}}',
      ),
      { maxLength: 40 },
    )
    .map((pieces) => pieces.join('')),
)
const names = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_-]{0,20}$/)
const keys = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,20}$/)
const targets = fc.record({
  name: names,
  key: keys,
  version: fc.option(fc.integer({ min: 1, max: 999_999_999_999_999 }), { nil: undefined }),
})

describe('properties', () => {
  test('an escaped text is read as the text it was', () => {
    fc.assert(
      fc.property(texts, (text) => {
        assert.equal(unescapeText(escapeText(text)), text)
      }),
      { numRuns },
    )
  })

  test('a written template is read as the same pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(texts, targets)), (given) => {
        const parts = joined(given.map((part) => (typeof part === 'string' ? part : withoutUndefined(part))))
        if (
          parts.some(
            (part, index) =>
              typeof part === 'string' && /(?:^|[^{])(?:\{\{)*\{$/s.test(part) && index < parts.length - 1,
          )
        )
          return
        const read = parseTemplate(formatTemplate(given)).parts
        assert.deepEqual(
          read.map((part) => (typeof part === 'string' ? part : withoutUndefined(part))),
          parts,
        )
      }),
      { numRuns },
    )
  })

  test('any text parses or is refused with positions inside it; nothing else is thrown', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const { parts, problems } = scanTemplate(text)
        const lines = text.split('\n')
        for (const { line, column } of problems)
          assert.ok(
            Array.from(lines[line - 1] ?? '')
              .slice(column - 1, column + 1)
              .join('') === '{{',
          )
        for (const part of parts)
          if (typeof part !== 'string') assert.equal(text.slice(part.start, part.end), part.text)
        try {
          parseTemplate(text)
          assert.equal(problems.length, 0)
        } catch (error) {
          assert.ok(isSottoError(error, 'reference_malformed'))
          assert.ok(problems.length > 0)
        }
      }),
      { numRuns },
    )
  })

  test('what is substituted is never parsed again', () => {
    fc.assert(
      fc.property(targets, texts, ({ name, key, version }, value) => {
        const template = parseTemplate(formatReference(name, key, version))
        assert.equal(
          substitute(template, () => value),
          value,
        )
        assert.deepEqual(soleReference(template)?.version, version)
      }),
      { numRuns },
    )
  })
})

describe('time', () => {
  const length = 1024 * 1024
  // Twice the text may cost about twice the time; with the square it would be hours.
  for (const piece of ['{{', '\\', '\\{{', '}}', '{{ ', '{{a.b', '{{a.b}}', '{{a}}', '\\\\{{a.b}}', '{', '{{{{}}']) {
    test(`a mebibyte of ${JSON.stringify(piece)} takes linear time`, () => {
      const text = piece.repeat(length / piece.length)
      const started = performance.now()
      scanTemplate(text)
      escapeText(text)
      scanTemplate(`${text}{{`)
      scanTemplate(`{{${text}}}`)
      assert.ok(performance.now() - started < 3000)
    })
  }
})

/** Neighbouring literals joined, empty ones dropped: the form in which a template is read. */
function joined<T>(parts: readonly (string | T)[]): (string | T)[] {
  const result: (string | T)[] = []
  for (const part of parts) {
    const last = result.at(-1)
    if (typeof part === 'string' && typeof last === 'string') result[result.length - 1] = last + part
    else if (part !== '') result.push(part)
  }
  return result
}

function withoutUndefined({ name, key, version }: { name: string; key: string; version?: number | undefined }): object {
  return version === undefined ? { name, key } : { name, key, version }
}
