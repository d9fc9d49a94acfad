/** Files of pipelines that are none, and parameters that do not fit: told before anything runs. */
import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { emptyHome } from '../support/sotto.ts'
import { assertIntact, assertRefused } from './refusal.ts'

const imports = "import { pipeline, step } from 'sotto/pipelines'\n"
const nothing = "const nothing = step('nothing', () => null)\n"

/** Name of a file, its text, and what is said of it. */
const files: readonly (readonly [string, string, RegExp])[] = [
  ['throws.ts', "throw new Error('no network')", /throws\.ts:1 threw when it was loaded: no network\nnext: .*steps/],
  ['rejects.ts', "await Promise.reject('text')", /rejects\.ts threw when it was loaded/],
  ['none.ts', 'export const x = 1', /"none\.ts" exports no pipeline\nnext: write export const/],
  [
    'two.ts',
    `${imports}${nothing}export const a = pipeline('a', () => nothing({}))\nexport const b = pipeline('b', () => nothing({}))`,
    /exports 2 pipelines: a, b\nnext: say which: two\.ts#a/,
  ],
  [
    'enum.ts',
    `${imports}enum Colour { Red }\nconsole.log(Colour.Red)`,
    /enum\.ts:2 uses TypeScript that Node cannot strip/,
  ],
  ['syntax.ts', `${imports}export const = 1`, /syntax\.ts:2 is not valid/],
  ['missing.ts', "import './nowhere.ts'", /imports something that is not there/],
  ['first.ts', "import { b } from './second.ts'\nexport const a = b + 1", /threw when it was loaded: Cannot access/],
  ['data.json', '{}', /ends in none of \.ts/],
  ['empty.ts', '', /exports no pipeline/],
]

test('a file that is no pipeline is told with its place and the way out', async () => {
  await using home = await emptyHome()
  await writeFile(path.join(home.work, 'second.ts'), "import { a } from './first.ts'\nexport const b = a + 1")
  await mkdir(path.join(home.work, 'folder.ts'))
  for (const [name, text, says] of files) {
    await writeFile(path.join(home.work, name), text)
    await assertRefused(home, { line: `sotto run start ${name}`, status: 2, says })
  }
  const others: readonly (readonly [string, RegExp])[] = [
    ['nowhere.ts', /"nowhere\.ts" does not exist\nnext: .*sotto init/],
    ['folder.ts', /"folder\.ts" is a folder/],
    ['/dev/zero', /ends in none of/],
    ['two.ts#c', /exports no pipeline "c"\nnext: did you mean two\.ts#a\?/],
    ['', /FILE|""|is a folder|does not exist/],
  ]
  for (const [file, says] of others) await assertRefused(home, { line: `sotto run start '${file}'`, status: 2, says })
  assert.deepEqual(JSON.parse((await home.shell('sotto run list -o json')).stdout), { items: [] })
  await assertIntact(home)
})

test('a graph that cannot run is told before the first step', async () => {
  await using home = await emptyHome()
  const graphs: readonly (readonly [string, RegExp])[] = [
    ['() => { let later\nconst a = nothing({ b: () => later })\nlater = a\nreturn a }', /function|input/],
    ['() => { throw new Error("body") }', /body/],
    ['(p: { n: number }) => nothing({ n: p.n.toFixed() })', /n/],
    ['() => "no step"', /step/],
  ]
  for (const [index, [body, says]] of graphs.entries()) {
    const name = `graph${String(index)}.ts`
    await writeFile(
      path.join(home.work, name),
      `${imports}${nothing}export const p = pipeline('p', (${body}) as never)`,
    )
    await assertRefused(home, { line: `sotto run start ${name}`, status: 2, says })
  }
})

test('parameters that are missing, unknown or given twice stop the run before it begins', async () => {
  await using home = await emptyHome()
  await writeFile(
    path.join(home.work, 'p.ts'),
    `${imports}const s = step('s', ({ n }: { n: number }) => n)\nexport const p = pipeline('p', ({ n }: { n: number }) => s({ n }))`,
  )
  const lines: readonly (readonly [string, number, RegExp])[] = [
    ['', 2, /parameter "n" is missing\nnext: give --n=VALUE/],
    ['--n=1 --m=2', 2, /no parameter "m"\nnext: /],
    ['--n=1 --n=2', 2, /"n" is given twice/],
    ['--n 1', 2, /"--n" has no value/],
    ['--n=1 --stack nope', 3, /no stack "nope"/],
    ['--n=1 --level nope', 2, /level "nope" from --level is not known/],
    ['--n=1 extra', 2, /1 argument too many/],
  ]
  for (const [words, status, says] of lines)
    await assertRefused(home, { line: `sotto run start p.ts ${words}`, status, says })
  assert.deepEqual(JSON.parse((await home.shell('sotto run list -o json')).stdout), { items: [] })
})
