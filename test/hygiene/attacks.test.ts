/** The list of attacks in docs/security.md is whole, and what it points at is there. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { root } from '../support/sotto.ts'

/** So many attacks were collected. */
const known = 45

interface Attack {
  readonly number: number
  readonly text: string
  readonly tests: readonly { readonly file: string; readonly name: string }[]
}

/** The items of the list: `- **1** text`, and below it tests as `  - \`file\`: name`. */
function readAttacks(markdown: string): readonly Attack[] {
  const section = /^## The list of attacks\n([\s\S]*?)^## /m.exec(markdown)?.[1] ?? ''
  const items = section.split(/^- (?=\*\*\d+\*\*)/m).slice(1)
  return items.map((item) => {
    const [, number = '', text = ''] = /^\*\*(\d+)\*\* ([\s\S]*?)(?=\n {2}- |\n\n|$)/.exec(item) ?? []
    const tests = [...item.matchAll(/^ {2}- `([^`]+)`: (.+)$/gm)].map(([, file = '', name = '']) => ({ file, name }))
    return { number: Number(number), text, tests }
  })
}

/** What `test('…')` and ``test(`…`)`` call their tests in the source, templates as they are written. */
function namesIn(source: string): ReadonlySet<string> {
  const names = source.matchAll(/\btest\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/g)
  return new Set(Array.from(names, ([, , name = '']) => name.replaceAll(/\\(['"`\\])/g, '$1')))
}

const attacks = readAttacks(readFileSync(join(root, 'docs/security.md'), 'utf8'))

test('every attack that was collected is on the list, once and in order', () => {
  assert.deepEqual(
    attacks.map(({ number }) => number),
    Array.from({ length: known }, (_, index) => index + 1),
  )
})

test('each has a test, is open, or cannot apply', () => {
  for (const { number, text, tests } of attacks) {
    assert.ok(text.length > 20, `attack ${String(number)} says nothing`)
    assert.ok(tests.length > 0 || /\*(?:Open|Cannot apply)\*/.test(text), `attack ${String(number)}`)
  }
  assert.ok(attacks.filter(({ tests }) => tests.length > 0).length > 35, 'hardly any has a test')
})

test('every test that the list names is there', () => {
  const sources = new Map<string, ReadonlySet<string>>()
  const missing: string[] = []
  for (const { number, tests } of attacks) {
    for (const { file, name } of tests) {
      const path = join(root, file)
      if (!sources.has(file)) sources.set(file, existsSync(path) ? namesIn(readFileSync(path, 'utf8')) : new Set())
      if (sources.get(file)?.has(name) !== true) missing.push(`${String(number)}: ${file}: ${name}`)
    }
  }
  assert.deepEqual(missing, [])
})

test('the list is read as it is written', () => {
  const text =
    '## The list of attacks\n\n- **1** One\n  more.\n  - `a.test.ts`: it works\n- **2** *Open*: none.\n\n## Next\n'
  assert.deepEqual(readAttacks(text), [
    { number: 1, text: 'One\n  more.', tests: [{ file: 'a.test.ts', name: 'it works' }] },
    { number: 2, text: '*Open*: none.', tests: [] },
  ])
  const source = "test('it\\'s', () => {})\ntest(`a ${b}`, f)\n  test(\n    'long',\n"
  assert.deepEqual([...namesIn(source)], ["it's", 'a ${b}', 'long'])
})
