/** Help and error texts as snapshots: a change shows in review. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { errorCodes } from '@sotto/sdk/model'
import { nouns } from '../table/nouns.ts'
import { asText, TestHome } from '../testing.ts'
import { topicNames } from './topics.ts'
import { version } from './version.ts'

const lines = [
  '',
  '--help',
  '--version',
  'secret --help',
  'secret create --help',
  'secret get --help',
  'secret list --help',
  'secret export --help',
  'experiment-tracker register --help',
  'stack register-secrets --help',
  'stack settings --help',
  'audit verify --help',
  ...topicNames.map((topic) => `help ${topic}`),
]

for (const line of lines) {
  test(`sotto ${line}`, async (context) => {
    using home = new TestHome()
    const { stdout } = await home.ok(line === '' ? '--help' : line)
    context.assert.snapshot(stdout, asText)
  })
}

test('wrong words are answered with the nearest right ones', async (context) => {
  using home = new TestHome()
  const wrong = [
    'secert list',
    'secret lst',
    'secret',
    'secret get',
    'secret list --nmae x',
    'secret list extra',
    'stack settings',
    'help refrences',
    'completion bahs',
    '--nothing',
    'flavor list orchestrater',
    'stack check --level SECRET_EXIST',
    'experiment-tracker register x',
  ]
  const answers: string[] = []
  for (const line of wrong) {
    const ran = await home.run(line.split(' '))
    assert.equal(ran.code, 2, line)
    assert.equal(ran.stdout, '', line)
    answers.push(`$ sotto ${line}\n${ran.stderr}`)
  }
  context.assert.snapshot(answers.join('\n'), asText)
})

test('help fits a narrow terminal, but for lines that are to be copied', async () => {
  using home = new TestHome()
  for (const line of ['--help', 'secret --help', 'secret list --help', 'help names']) {
    const { stdout } = await home.ok(line, { terminal: true, columns: 40 })
    const long = stdout.split('\n').filter((text) => text.length > 40 && !/^ {2}\S|^Usage/.test(text))
    assert.deepEqual(long, [], line)
  }
})

test('help never shows what is set, and every command has it', async () => {
  using home = new TestHome()
  for (const noun of nouns) {
    for (const { path } of await noun.commands()) {
      const ran = await home.run([...path, '--help'], {
        env: { SOTTO_ROOT_KEY: 'hunter2', SOTTO_SECRET_VALIDATION_LEVEL: 'NONE' },
      })
      assert.equal(ran.code, 0, ran.stderr)
      assert.match(ran.stdout, /^Examples:\n {2}\S.*\n {6}\S/)
      assert.doesNotMatch(ran.stdout, /hunter2/)
    }
  }
})

test('every exit code is explained', async () => {
  using home = new TestHome()
  const { stdout } = await home.ok('help exit-codes')
  for (const { code } of errorCodes()) assert.match(stdout, new RegExp(`\\b${code}\\b`))
})

test('the version is that of the package', () => {
  const manifest = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')
  assert.ok(manifest.includes(`"version": "${version}"`))
})
