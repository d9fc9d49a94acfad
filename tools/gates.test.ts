// Each gate of `npm run check` must be seen to fail: on a small project with one flaw for each, looked at
// with the tools and the settings of this one; and when its settings leave it nothing to look at.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'

const root = dirname(import.meta.dirname)
const project = mkdtempSync(join(tmpdir(), 'sotto-gates-'))
after(() => rmSync(project, { recursive: true, force: true }))

const settings = [
  '.gitignore',
  'package.json',
  'tsconfig.json',
  'knip.json',
  '.oxlintrc.json',
  '.oxfmtrc.json',
  'scripts',
  'tools/lint',
  'packages/sdk/package.json',
  'packages/sdk/tsconfig.build.json',
  'packages/sotto/package.json',
  'bench/pipelines/tsconfig.json',
  'demo/pipelines/tsconfig.json',
  'test/support/find-postgres.ts',
  'test/support/parts.ts',
]
const sound: Readonly<Record<string, string>> = {
  'packages/sdk/src/index.ts': "export { one } from './model/one.ts'\n",
  'packages/sdk/src/model/index.ts': "export { one } from './one.ts'\n",
  'packages/sdk/src/model/one.ts': 'export const one: number = 1\n',
  'packages/sdk/src/references/index.ts': 'export const two: number = 2\n',
  'bench/pipelines/none.ts': 'export const none = 1\n',
  'demo/pipelines/none.ts': 'export const none = 1\n',
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(project, path)), { recursive: true })
  writeFileSync(join(project, path), text)
}

function replaceIn(path: string, from: string, to: string): void {
  const text = readFileSync(join(root, path), 'utf8')
  assert.ok(text.includes(from), `${path} no longer holds ${from}`)
  write(path, text.replace(from, to))
}

for (const path of settings) cpSync(join(root, path), join(project, path), { recursive: true })
// What reads the sources of the whole project has nothing to read in a small one.
for (const name of ['reference.ts', 'reference.test.ts']) rmSync(join(project, 'scripts', name))
for (const [path, text] of Object.entries(sound)) write(path, text)
// A folder of links and not one link, which the tools would walk into.
mkdirSync(join(project, 'node_modules'))
for (const name of readdirSync(join(root, 'node_modules'))) {
  symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name))
}

function check(gate: string): { passed: boolean; output: string } {
  const script = join(project, 'scripts/check.ts')
  const result = spawnSync(process.execPath, [script, gate], { cwd: project, encoding: 'utf8' })
  return { passed: result.status === 0, output: result.stdout + result.stderr }
}

const flawed = 'packages/sdk/src/model/flawed.ts'
const flaws = [
  { gate: 'types', text: "export const flawed: number = 'text'\n", words: /TS2322/ },
  { gate: 'lint', text: "export { two } from '../references/index.ts'\n", words: /sotto\(boundaries\)/ },
  { gate: 'format', text: 'export   const flawed: number = 1\n', words: /flawed\.ts/ },
  { gate: 'unused', text: 'export const flawed: number = 1\n', words: /Unused files[^]*flawed\.ts/ },
]

for (const { gate, text, words } of flaws) {
  test(`${gate} fails on a file that breaks it`, () => {
    // What the small project does not use of our dependencies is unused, so there is no sound case for that gate.
    if (gate !== 'unused') assert.deepEqual({ ...check(gate), output: '' }, { passed: true, output: '' })
    write(flawed, text)
    const { passed, output } = check(gate)
    rmSync(join(project, flawed))
    assert.equal(passed, false)
    assert.match(output, words)
  })
}

const blinders = [
  { gate: 'types', path: 'tsconfig.json', from: '"packages/*/src", ', to: '' },
  { gate: 'lint', path: '.oxlintrc.json', from: '"ignorePatterns": [', to: '"ignorePatterns": ["packages/**", ' },
  { gate: 'format', path: '.oxfmtrc.json', from: '"ignorePatterns": [', to: '"ignorePatterns": ["packages/**", ' },
]

for (const { gate, path, from, to } of blinders) {
  test(`${gate} fails when its settings hide files from it`, () => {
    // Compiled from another root as well, so hide the SDK there too.
    if (gate === 'types') replaceIn('packages/sdk/tsconfig.build.json', 'src/index.ts', 'src/references/index.ts')
    replaceIn(path, from, to)
    const { passed, output } = check(gate)
    cpSync(join(root, path), join(project, path))
    assert.equal(passed, false)
    assert.match(output, /only \d+ of \d+ files were looked at/)
  })
}

test('packages fails on a package whose entries do not exist', () => {
  const { passed, output } = check('packages')
  assert.equal(passed, false)
  assert.match(output, /the file does not exist/)
})

test('a gate that does not exist is not passed', () => {
  assert.equal(check('nothing').passed, false)
})
