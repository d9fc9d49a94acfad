import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { isSottoError } from '@sotto/sdk/model'
import type { SottoError } from '@sotto/sdk/model'
import { loadPipeline, parsePipelineAddress } from './load.ts'

// Outside of the workspace, where no package "sotto" is installed: the running program answers for it.
const folder = mkdtempSync(join(tmpdir(), 'sotto-load-'))
after(() => {
  rmSync(folder, { recursive: true })
})

const head = "import { pipeline, step } from 'sotto/pipelines'\nconst one = step('one', async () => 1)\n"

function write(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

async function refused(file: string, name?: string): Promise<SottoError> {
  try {
    await loadPipeline(file, name)
  } catch (error) {
    assert.ok(isSottoError(error), String(error))
    return error
  }
  return assert.fail('it was loaded')
}

test('a pipeline is loaded from a file of a project without sotto', async () => {
  const { plan, folder: where } = await loadPipeline(
    write('good.ts', `${head}interface Unused { readonly a: 1 }\nexport const p = pipeline('good', () => one())`),
  )
  assert.equal(where, folder)
  assert.deepEqual(plan, {
    format: 1,
    pipeline: 'good',
    file: 'good.ts',
    settings: {},
    params: [],
    result: { step: 'one', output: 'result' },
    nodes: [
      {
        kind: 'function',
        id: 'one',
        step: 'one',
        file: 'good.ts',
        after: [],
        inputs: {},
        secrets: {},
        tracker: false,
        settings: {},
      },
    ],
  })
})

test('a step of another file keeps its file, relative to the pipeline', async () => {
  mkdirSync(join(folder, 'steps'))
  write('steps/two.ts', "import { step } from 'sotto/pipelines'\nexport const two = step('two', () => 2)")
  const { plan } = await loadPipeline(
    write(
      'apart.ts',
      "import { pipeline } from 'sotto/pipelines'\nimport { two } from './steps/two.ts'\nexport const p = pipeline('apart', () => two())",
    ),
  )
  assert.equal(plan.nodes[0]?.file, 'steps/two.ts')
})

test('of several pipelines one is named', async () => {
  const file = write(
    'several.ts',
    `${head}export const a = pipeline('alpha', () => one())\nexport const b = pipeline('beta', () => one())`,
  )
  const error = await refused(file)
  assert.match(error.message, /exports 2 pipelines: alpha, beta/)
  assert.match(error.hint ?? '', /several\.ts#alpha/)
  assert.equal((await loadPipeline(file, 'beta')).plan.pipeline, 'beta')
  assert.equal((await loadPipeline(file, 'a')).plan.pipeline, 'alpha')
  assert.match((await refused(file, 'betta')).hint ?? '', /did you mean .*#beta/)
})

test('what is no pipeline is refused in words, with the line where there is one', async () => {
  const cases: readonly (readonly [file: string, code: string, message: RegExp])[] = [
    [join(folder, 'absent.ts'), 'pipeline_invalid', /does not exist/],
    [folder, 'pipeline_invalid', /is a folder/],
    [write('pipeline.txt', ''), 'pipeline_invalid', /ends in none of/],
    [write('empty.ts', 'export {}'), 'pipeline_invalid', /exports no pipeline/],
    [
      write('throws.ts', 'const x: number = 1\nthrow new Error(`broken ${x}`)'),
      'pipeline_invalid',
      /throws\.ts:2 threw when it was loaded: broken 1/,
    ],
    [write('enum.ts', 'enum A { B }\nexport const c = A.B'), 'pipeline_invalid', /cannot strip: .*enum/],
    [write('syntax.ts', 'const x: = 3'), 'pipeline_invalid', /syntax\.ts.* is not valid/],
    [write('missing.ts', "import './nowhere.ts'"), 'pipeline_invalid', /imports something that is not there/],
    [
      write('no-steps.ts', "import { pipeline } from 'sotto/pipelines'\nexport const p = pipeline('none', () => {})"),
      'pipeline_invalid',
      /has no steps/,
    ],
    [
      write('body-throws.ts', `${head}export const p = pipeline('bad', () => {\n  throw new Error('inside')\n})`),
      'pipeline_invalid',
      /the body of pipeline "bad" threw at .*body-throws\.ts:\d+: inside/,
    ],
    [
      write('runs.ts', `${head}export const p = pipeline('runs', () => one())\nawait p.run()`),
      'pipeline_invalid',
      /was called while its file is loaded/,
    ],
    [write('twice.ts', `${head}step('one', () => 2)`), 'pipeline_invalid', /defines two steps named "one"/],
    [
      write(
        'in-body.ts',
        "import { pipeline, step } from 'sotto/pipelines'\nexport const p = pipeline('body', () => step('inner', () => 1)())",
      ),
      'pipeline_invalid',
      /defined inside the body/,
    ],
  ]
  for (const [file, code, message] of cases) {
    const error = await refused(file)
    assert.equal(error.code, code)
    assert.match(error.message, message)
  }
})

test('an unreadable file is named', async () => {
  const file = write('closed.ts', '')
  chmodSync(file, 0)
  // Root reads everything, so as root it is tried as somebody else.
  const isRoot = process.getuid?.() === 0
  if (isRoot) process.seteuid?.(65_534)
  try {
    assert.equal((await refused(file)).code, 'file_unreadable')
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
})

test('an address is a file and perhaps a name', () => {
  assert.deepEqual(parsePipelineAddress('a/b.ts'), { file: 'a/b.ts', name: undefined })
  assert.deepEqual(parsePipelineAddress('a#1/b.ts#churn'), { file: 'a#1/b.ts', name: 'churn' })
})
