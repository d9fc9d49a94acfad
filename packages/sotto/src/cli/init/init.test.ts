import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { requirePart } from '../../../../../test/support/parts.ts'
import { emptyHome } from '../../../../../test/support/sotto.ts'
import { parseProject } from '../project/parse-project.ts'
import { TestHome } from '../testing.ts'

test('init writes a project and names what to do next', async () => {
  using home = new TestHome()
  const { stderr } = await home.ok('init')
  assert.match(stderr, /wrote sotto\.yaml, pipeline\.ts, train\.py/)
  assert.match(stderr, /sotto run start pipeline\.ts/)
  const text = readFileSync(join(home.folder, 'sotto.yaml'), 'utf8')
  assert.equal(parseProject(text, 'sotto.yaml').stack, 'default')
  // The lines that are commented out are right as well.
  const whole = text.replace('# exec:', 'exec:').replace('#   env:', '  env:').replace('#     API', '    API')
  assert.deepEqual(parseProject(whole, 'sotto.yaml').execEnv, { API_TOKEN: '{{api.token}}' })
})

test('init refuses to overwrite, and then writes nothing', async () => {
  using home = new TestHome()
  writeFileSync(join(home.folder, 'train.py'), 'mine')
  const { code, stderr } = await home.run(['init', '--python'])
  assert.equal(code, 6)
  assert.match(stderr, /has "train\.py" already; nothing was written/)
  assert.equal(readFileSync(join(home.folder, 'train.py'), 'utf8'), 'mine')
  assert.ok(!existsSync(join(home.folder, 'pipeline.ts')))
})

for (const option of ['', ' --python']) {
  test(`what init${option} writes runs at once, where nothing is installed`, async (t) => {
    if (!requirePart(t, 'python')) return
    await using home = await emptyHome()
    const { status, stdout, stderr } = await home.shell(
      `sotto init${option} && sotto run start pipeline.ts --limit=20 --json`,
    )
    assert.equal(status, 0, stderr)
    assert.partialDeepStrictEqual(JSON.parse(stdout.slice(stdout.indexOf('{'))), {
      state: 'completed',
      parameters: { limit: 20, threshold: 2 },
      result: { accuracy: 1 },
    })
    assert.match(stderr, /made 20 rows/)
    assert.match(stderr, /accuracy 1\.00 on 20 rows/)
  })
}
