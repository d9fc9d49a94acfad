import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { isSottoError } from '../model/error.ts'
import { substituteReferences, collectReferences, findReferences } from './collect.ts'
import { hasReference, parseTemplate, scanTemplate } from './parse.ts'
import { escapeText, formatReference, formatTemplate, substitute, unescapeText } from './template.ts'

interface VectorReference {
  readonly name: string
  readonly key: string
  readonly version?: number
  readonly text: string
}
interface VectorProblem {
  readonly kind: string
  readonly line: number
  readonly column: number
  readonly shape?: string
}
interface Vectors {
  readonly parse: readonly { readonly text: string; readonly parts: readonly (string | VectorReference)[] }[]
  readonly malformed: readonly { readonly text: string; readonly problems: readonly VectorProblem[] }[]
  readonly escape: readonly { readonly literal: string; readonly written: string }[]
  readonly substitute: readonly {
    readonly text: string
    readonly values: { readonly [reference: string]: string }
    readonly result: string
  }[]
}
const vectors = JSON.parse(readFileSync(new URL('vectors.json', import.meta.url), 'utf8')) as Vectors // our own file, in this shape

describe('shared vectors', () => {
  test('there are enough to mean something', () => {
    assert.ok(
      vectors.parse.length > 25 &&
        vectors.malformed.length > 25 &&
        vectors.escape.length > 5 &&
        vectors.substitute.length > 3,
    )
  })

  for (const { text, parts } of vectors.parse) {
    test(`parses ${JSON.stringify(text)}`, () => {
      const parsed = parseTemplate(text).parts.map((part) => {
        if (typeof part === 'string') return part
        const { start, end, ...rest } = part
        assert.equal(text.slice(start, end), part.text)
        return rest
      })
      assert.deepEqual(parsed, parts)
    })
  }

  for (const { text, problems } of vectors.malformed) {
    test(`refuses ${JSON.stringify(text)}`, () => {
      const found = scanTemplate(text).problems.map(({ kind, line, column, shape }) => ({
        kind,
        line,
        column,
        ...(shape === undefined ? {} : { shape }),
      }))
      assert.deepEqual(found, problems)
      assert.throws(
        () => parseTemplate(text),
        (error) =>
          isSottoError(error, 'reference_malformed') &&
          error.details['line'] === problems[0]?.line &&
          error.details['column'] === problems[0]?.column &&
          error.details['problem'] === problems[0]?.kind,
      )
      assert.equal(hasReference(text), true)
    })
  }

  for (const { literal, written } of vectors.escape) {
    test(`escapes ${JSON.stringify(literal)}`, () => {
      assert.equal(escapeText(literal), written)
      assert.equal(unescapeText(written), literal)
      assert.equal(hasReference(written), false)
    })
  }

  for (const { text, values, result } of vectors.substitute) {
    test(`substitutes in ${JSON.stringify(text)} once`, () => {
      assert.equal(
        substitute(
          parseTemplate(text),
          ({ name, key }) => values[`${name}.${key}`] ?? assert.fail('unknown reference'),
        ),
        result,
      )
    })
  }
})

describe('errors', () => {
  const failure = (run: () => unknown) => {
    try {
      run()
    } catch (error) {
      if (isSottoError(error)) return error
    }
    return assert.fail('nothing was thrown')
  }

  test('a secret pasted between braces is not repeated', () => {
    for (const pasted of [
      '{{hunter2}}',
      '{{p@ss.w0rd!}}',
      '{{hunter2',
      '{{hunter2 {{a.b}}',
      '{{a.b@hunter2}}',
      `{{hunter2.${'x'.repeat(200)}}}`,
    ]) {
      const text = JSON.stringify(failure(() => parseTemplate(pasted)))
      assert.ok(!text.includes('hunter2') && !text.includes('w0rd'), text)
    }
  })

  test('an argument that a shell has split gets the hint to quote', () => {
    for (const text of ['{{', '--password={{', '{{ ', '{{crm.password'])
      assert.match(failure(() => parseTemplate(text)).hint ?? '', /quote/)
    assert.doesNotMatch(failure(() => parseTemplate('{{a b}} and more')).hint ?? '', /quote/)
  })

  test('every problem is reported at once, with its path', () => {
    const error = failure(() =>
      collectReferences({ url: '{{a}} {{.b}}', hosts: [{ tls: '{{ x.y@0 }}' }], fine: '{{a.b}}' }, 'tracker'),
    )
    assert.deepEqual(error.details['problems'], [
      'tracker.url: reference at line 1, column 1 has no dot between the name of the secret and the key',
      'tracker.url: reference at line 1, column 7 has a name of a secret that is not allowed',
      'tracker.hosts[0].tls: reference "x.y" at line 1, column 1 has a version that is not a whole number from 1',
    ])
    assert.equal(error.details['path'], 'tracker.url')
  })

  test('at most twenty problems of one text are listed', () => {
    assert.equal(scanTemplate('{{'.repeat(100)).problems.length, 20)
  })

  test('what cannot be written is refused', () => {
    assert.equal(failure(() => formatReference('a.b', 'c')).code, 'name_invalid')
    assert.equal(failure(() => formatReference('a', '1')).code, 'key_invalid')
    for (const version of [0, -1, 1.5, Number.NaN])
      assert.equal(failure(() => formatReference('a', 'b', version)).code, 'input_invalid')
    assert.equal(failure(() => formatTemplate(['{', { name: 'a', key: 'b' }])).code, 'input_invalid')
    assert.equal(failure(() => unescapeText('{{a.b}}')).code, 'input_invalid')
  })
})

describe('values of any depth', () => {
  const value = { plain: 1, list: ['x {{a.b}}', null, { deep: '{{c.d@2}}' }], ['__proto__']: '{{e.f}}' }

  test('references are found with their paths', () => {
    assert.deepEqual(
      collectReferences(value, '').map(({ path, reference }) => [path, reference.text]),
      [
        ['list[0]', '{{a.b}}'],
        ['list[2].deep', '{{c.d@2}}'],
        ['__proto__', '{{e.f}}'],
      ],
    )
    assert.equal(findReferences('{{', 'x').problems[0]?.path, 'x')
  })

  test('references are replaced and escapes undone', () => {
    const replaced = substituteReferences(
      { a: ['{{a.b}}', '\\{{a.b}}', true] },
      '',
      ({ key }, path) => `${path}:${key}`,
    )
    assert.deepEqual(replaced, { a: ['a[0]:b', '{{a.b}}', true] })
  })
})
