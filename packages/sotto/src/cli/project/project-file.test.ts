import assert from 'node:assert/strict'
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { isSottoError } from '@sotto/sdk/model'
import type { SottoError } from '@sotto/sdk/model'
import { TestHome } from '../testing.ts'
import { parseProject } from './parse-project.ts'
import { findProject } from './project-file.ts'

function refused(text: string): SottoError {
  try {
    parseProject(text, '/p/sotto.yaml')
  } catch (error) {
    if (isSottoError(error, 'project_invalid')) return error
    throw error
  }
  throw new Error('it was not refused')
}

test('a project file says workspace, stack, level and the variables of exec', () => {
  const text = 'workspace: default\nstack: prod\nlevel: NONE\nexec:\n  env:\n    A: "{{db.user}}"\n    B: 007\n'
  assert.deepEqual(parseProject(text, 'x'), {
    workspace: 'default',
    stack: 'prod',
    level: 'NONE',
    execEnv: { A: '{{db.user}}', B: '007' },
  })
  const nothing = { workspace: undefined, stack: undefined, level: undefined, execEnv: {} }
  assert.deepEqual(parseProject('', 'x'), nothing)
  assert.deepEqual(parseProject('# only a comment\n', 'x'), nothing)
})

test('a field that is not known is told with its line and the nearest name', () => {
  const error = refused('stack: prod\n\nlevl: NONE\n')
  assert.equal(error.message, '/p/sotto.yaml is not valid: line 3: there is no field "levl"')
  assert.equal(error.hint, 'did you mean level?')
  assert.equal(refused('exec:\n  envs: {}\n').hint, 'did you mean exec.env?')
})

test('every problem is told at once', () => {
  const text = 'stack: [a]\nlevel: SECRETS\nexec:\n  env:\n    2A: x\n    B: {{db.user}}\n    C: "{{db"\n    D: *x\n'
  assert.deepEqual(refused(text).details['problems'], [
    'line 1: stack is not a text',
    'line 2: level "SECRETS" is not known',
    'line 5: "2A" cannot be the name of a variable',
    'line 6: exec.env.B is not a text',
    'line 7: exec.env.C holds a reference that does not parse',
    'line 8: exec.env.D is an alias',
  ])
  assert.match(refused('a: "x').message, /line 1: not valid YAML/)
  assert.equal(refused('exec:\n  env:\n    B: {{db.user}}\n').hint, 'put quotes around a reference: B: "{{name.key}}"')
  assert.match(refused('- a\n').message, /line 1: not a list of fields/)
  assert.match(refused('exec: x\n').message, /line 1: exec is not a list of fields/)
})

test('it is found upward from the working directory', async () => {
  using home = new TestHome()
  const deep = join(home.folder, 'a/b')
  mkdirSync(deep, { recursive: true })
  assert.equal(await findProject(deep), undefined)
  writeFileSync(join(home.folder, 'sotto.yaml'), 'stack: outer\n')
  assert.equal((await findProject(deep))?.stack, 'outer')
  writeFileSync(join(home.folder, 'a/sotto.yaml'), 'stack: inner\n')
  assert.equal((await findProject(deep))?.stack, 'inner')
  mkdirSync(join(deep, 'sotto.yaml'))
  assert.equal((await findProject(deep))?.stack, 'inner')
})

const notRoot = process.geteuid?.() !== 0 && 'only root can give a file away'

test('a file of somebody else counts only where not everybody may put files', { skip: notRoot }, async () => {
  using home = new TestHome()
  const [shared, file] = [join(home.folder, 'shared'), join(home.folder, 'shared/sotto.yaml')]
  mkdirSync(join(shared, 'ours'), { recursive: true })
  writeFileSync(file, 'exec:\n  env:\n    LD_PRELOAD: /tmp/x.so\n')
  chmodSync(shared, 0o1777)
  assert.ok((await findProject(join(shared, 'ours'))) !== undefined)
  chownSync(file, 12345, 12345)
  await assert.rejects(
    findProject(join(shared, 'ours')),
    (error) => isSottoError(error, 'project_invalid') && /belongs to another user/.test(error.message),
  )
  chmodSync(shared, 0o755)
  assert.ok((await findProject(join(shared, 'ours'))) !== undefined)
})
