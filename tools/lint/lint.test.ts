// Each rule of the house must be seen to fail: a fixture breaks it and names it in its first line.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { test } from 'node:test'
import { refusal } from './boundaries.ts'
import { folders } from './folders.ts'

const fixtures = join(import.meta.dirname, 'fixtures')
const oxlint = join(import.meta.dirname, '../../node_modules/oxlint/bin/oxlint')

interface Finding {
  readonly code: string
  readonly filename: string
}

/** What the linter finds in a folder, as a list of rules per file. */
function lint(folder: string): Map<string, string[]> {
  const args = ['-c', join(fixtures, 'rules.json'), '-f', 'json', folder]
  const { stdout, stderr } = spawnSync(process.execPath, [oxlint, ...args], { cwd: fixtures, encoding: 'utf8' })
  assert.equal(stderr, '')
  // The JSON of oxlint has no published type.
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: Finding[] }
  const found = new Map<string, string[]>()
  for (const { filename, code } of diagnostics) found.set(filename, [...(found.get(filename) ?? []), code])
  return found
}

const found = lint('packages')
const files = globSync('packages/**/*.ts', { cwd: fixtures })

test('there are fixtures, and the linter sees findings in them', () => {
  assert.ok(files.length > 30, `only ${files.length} fixtures`)
  assert.ok(found.size > 25, `findings in only ${found.size} files`)
})

for (const file of files.toSorted()) {
  const expected = /^\/\/ expect: (.+)$/m.exec(readFileSync(join(fixtures, file), 'utf8'))?.[1]
  test(`${relative('packages', file)} breaks ${expected}`, () => {
    // What the fixtures import does not exist, so rules about types may always have a say.
    const rules = found.get(file) ?? []
    if (expected === 'nothing')
      assert.deepEqual(
        rules.filter((rule) => !rule.startsWith('typescript(')),
        [],
      )
    else
      assert.ok(rules.includes(expected ?? 'a first line "// expect: RULE"'), `found ${rules.join(', ') || 'nothing'}`)
  })
}

test('every folder of the table has a fixture that imports what it may not', () => {
  const broken = new Set(
    [...found]
      .filter(([, rules]) => rules.includes('sotto(boundaries)'))
      .map(([file]) => file.split('/src/')[1]?.split('/')[0]),
  )
  // Entries are files beside the folders and may import nearly all; redaction and testing may import nothing of note.
  const exempt = new Set(['entry', 'testing', 'redaction'])
  const missing = Object.keys(folders).filter((folder) => {
    const name = folder.split(':')[1] ?? ''
    return !exempt.has(name) && !broken.has(name)
  })
  assert.deepEqual(missing, [])
})

test('the linter fails when it finds no files', () => {
  const args = ['-c', join(fixtures, 'rules.json'), 'packages/*/nowhere']
  assert.notEqual(spawnSync(process.execPath, [oxlint, ...args], { cwd: fixtures }).status, 0)
})

test('entries put the parts together, but not the command line', () => {
  assert.equal(refusal('/x/packages/sotto/src/index.ts', './connect/client.ts'), undefined)
  assert.match(refusal('/x/packages/sotto/src/index.ts', './cli/main.ts') ?? '', /may not import sotto:cli/)
  assert.equal(refusal('/x/packages/sdk/src/index.ts', './model/index.ts'), undefined)
})

test('a test may use what lies to the left of its folder, and what tests share', () => {
  const file = '/x/packages/sotto/src/service/secrets.test.ts'
  assert.equal(refusal(file, '../keys/keyring.ts'), undefined)
  assert.equal(refusal(file, '../../../../test/support/parts.ts'), undefined)
  assert.equal(refusal(file, 'typescript'), undefined)
  assert.match(refusal(file, '../cli/main.ts') ?? '', /may not import/)
})

test('property tests take fast-check from the one file that sets its seed', () => {
  assert.equal(refusal('/x/test/support/property.ts', 'fast-check'), undefined)
  for (const file of ['/x/packages/sdk/src/model/names.test.ts', '/x/test/model/commands.ts'])
    assert.match(refusal(file, 'fast-check') ?? '', /test\/support\/property\.ts/)
})
