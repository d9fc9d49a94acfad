/**
 * Goal: under GitHub Actions no revealed value is seen in the log of the job, and nothing that comes from outside becomes
 * a workflow command. Method: the lines are read as the runner reads them (actions/runner, `ActionCommand.TryParseV2`).
 */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fc } from '../../../../../test/support/property.ts'
import { emptyHome } from '../../../../../test/support/sotto.ts'
import { TestHome } from '../testing.ts'
import { commandLine } from './workflow-command.ts'

interface Command {
  readonly name: string
  readonly properties: string
  readonly data: string
}

const actions = { GITHUB_ACTIONS: 'true' }

/** What the runner takes for commands. It ignores blanks before one, and undoes `%` last. */
function readCommands(text: string): readonly Command[] {
  return text.split(/\r\n|\r|\n/).flatMap((line) => {
    const found = /^\s*::(?<name>[^\s:]+)(?: (?<properties>.*?))?::(?<data>.*)$/.exec(line)
    if (found === null) return []
    const { name = '', properties = '', data = '' } = found.groups ?? {}
    return [{ name, properties, data: data.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%') }]
  })
}

function masksIn(text: string): readonly string[] {
  const commands = readCommands(text)
  assert.deepEqual(new Set(commands.map(({ name }) => name)), new Set(['add-mask']))
  return commands.map(({ data }) => data)
}

test('a value is a mask before it is printed, and standard output holds it alone', async () => {
  using home = new TestHome()
  await home.run(['secret', 'create', 'db', '--user=app-user', '--password=rosebud-7731', '--plain', 'user'])
  const { stdout, stderr } = await home.run(['secret', 'get', 'db', 'password', '-o', 'value'], { env: actions })
  assert.equal(stdout, 'rosebud-7731')
  assert.equal(stderr, '::add-mask::rosebud-7731\n')
  const all = await home.run(['secret', 'get', 'db', '--reveal', '--json'], { env: actions })
  assert.deepEqual(masksIn(all.stderr), ['rosebud-7731'], 'a plain value is none')
  assert.equal((JSON.parse(all.stdout) as { masked: boolean }).masked, false)
  const exported = await home.run(['secret', 'export', 'db'], { env: actions })
  assert.deepEqual(masksIn(exported.stderr), ['rosebud-7731'])
})

test('nothing is told without a runner: elsewhere, on a terminal, where nothing is revealed', async () => {
  using home = new TestHome()
  await home.run(['secret', 'create', 'db', '--password=rosebud-7731'])
  for (const options of [{}, { env: { GITHUB_ACTIONS: 'false' } }, { env: actions, terminal: true }])
    assert.doesNotMatch((await home.run(['secret', 'get', 'db', 'password'], options)).stderr, /::/)
  const { stdout, stderr } = await home.run(['secret', 'get', 'db'], { env: actions })
  assert.doesNotMatch(stdout + stderr, /::|rosebud/)
})

test('several lines are masked one by one, short ones among them not, and bytes as base64', async () => {
  using home = new TestHome()
  const pem = '-----BEGIN KEY-----\r\nMIIBkjCC100%\n  indented-line  \n\n}\n-----END KEY-----\n'
  writeFileSync(join(home.folder, 'key.pem'), pem)
  writeFileSync(join(home.folder, 'bytes'), Buffer.from([0, 255, 10, 13, 1, 2, 3]))
  const created = ['secret', 'create', 'k', `--pem=@${home.folder}/key.pem`, `--bytes=@base64:${home.folder}/bytes`]
  assert.equal((await home.run([...created, '--short=abc', '--lines=@-'], { stdin: 'a\nb' })).code, 0)
  const ran = await home.run(['secret', 'get', 'k', '--reveal', '--json'], { env: actions })
  const masks = masksIn(ran.stderr)
  assert.deepEqual(
    masks.toSorted(),
    [
      '-----BEGIN KEY-----',
      '-----END KEY-----',
      'AP8KDQECAw==',
      'MIIBkjCC100%',
      'a',
      'abc',
      'b',
      'indented-line',
    ].toSorted(),
  )
})

test('whatever is in a value, it begins no command, and the runner knows each of its long lines', async () => {
  using home = new TestHome()
  const nasty = fc.array(
    fc.oneof(
      fc.constantFrom(
        '::stop-commands::x',
        '\n',
        '\r',
        '%0A',
        '%',
        '::',
        '\n::set-env name=A::b',
        ':',
        ',',
        '%250A',
        ' ',
      ),
      fc.string({ unit: 'binary', maxLength: 12 }),
    ),
    { maxLength: 8 },
  )
  await fc.assert(
    fc.asyncProperty(nasty, async (parts) => {
      const text = parts.join('').toWellFormed()
      await home.run(['secret', 'set', 'x', '--k=@-'], { stdin: text })
      const { stderr, code } = await home.run(['secret', 'get', 'x', '--reveal', '--json'], { env: actions })
      assert.equal(code, 0)
      const lines = text.split(/[\r\n]+/).map((line) => line.trim())
      const masks = stderr === '' ? [] : masksIn(stderr)
      for (const line of lines) if (Buffer.byteLength(line) >= 6) assert.ok(masks.includes(line), JSON.stringify(line))
      for (const mask of masks) assert.ok(lines.includes(mask), JSON.stringify(mask))
    }),
    { numRuns: 25 },
  )
})

test('no property and no text of an annotation can begin another command', () => {
  for (const text of ['a,title=b', 'a::b', 'a\n::set-env name=A::b', 'a\r\n::error::b', '%0A::error::b', '::']) {
    const line = commandLine({ name: 'error', properties: { file: text, title: text }, data: text })
    assert.equal(line.indexOf('\n'), line.length - 1)
    const [command, ...more] = readCommands(line)
    assert.deepEqual(more, [])
    assert.equal(command?.data, text)
    assert.equal(command.properties.split(',').length, 2)
    assert.doesNotMatch(command.properties, /:/)
  }
})

test('the problems of a check are errors of the file they are in, ten at most; warnings are warnings', async () => {
  await using home = await emptyHome()
  mkdirSync(join(home.work, 'jobs'))
  const names = Array.from({ length: 12 }, (_, index) => `missing${String(index)}`)
  writeFileSync(
    join(home.work, 'jobs/churn.ts'),
    `import { pipeline, secret, step } from 'sotto/pipelines'
const load = step('load', { secrets: { ${names.map((name) => `${name}: secret('${name}', 'key')`).join(', ')} } }, () => 1)
export const churn = pipeline('churn', () => load())
`,
  )
  const inActions = `GITHUB_ACTIONS=true GITHUB_WORKSPACE=${home.work}`
  const { status, stderr } = await home.shell(`${inActions} sotto run start jobs/churn.ts`)
  assert.equal(status, 7)
  const errors = readCommands(stderr)
  assert.equal(errors.length, 10)
  assert.equal(errors[0]?.name, 'error')
  assert.match(errors[0].properties, /^file=jobs\/churn\.ts,title=pipeline jobs\/churn\.ts on stack default has 12 ref/)
  assert.match(errors[0].data, /^step load {2}missing0\.key {2}missing0\.key {2}secret missing|secret missing/)
  assert.equal(errors[9]?.data, 'and 3 more: see the log')
  assert.match(stderr, /^error: pipeline/m, 'a person still reads the error itself')

  const other = await home.shell(`${inActions}/other sotto run start jobs/churn.ts`)
  assert.doesNotMatch(readCommands(other.stderr)[0]?.properties ?? 'file=', /file=/)
  const json = await home.shell(`${inActions} sotto run start jobs/churn.ts --json`)
  assert.deepEqual(readCommands(json.stderr), [])

  assert.equal((await home.shell('sotto secret create soon --key=abcdefgh --expires 1d')).status, 0)
  const exec = await home.shell(`${inActions} sotto exec --secret soon -- true`)
  const told = readCommands(exec.stderr)
  assert.deepEqual(told.map(({ name }) => name).toSorted(), ['add-mask', 'warning'])
  assert.match(told.find(({ name }) => name === 'warning')?.data ?? '', /secret "soon" expires/)
})

test('a run tells the runner the values of its steps, once', async () => {
  await using home = await emptyHome()
  assert.equal((await home.shell('sotto secret create db --password=rosebud-7731')).status, 0)
  writeFileSync(
    join(home.work, 'p.ts'),
    `import { command, pipeline, secret } from 'sotto/pipelines'
const one = command('one', { run: ['sh', '-c', 'sotto secret get db password; echo; echo ::warning::from the step'], secrets: { P: secret('db', 'password') } })
const two = command('two', { run: ['true'], secrets: { P: secret('db', 'password') } })
export const p = pipeline('p', () => two({}, { after: [one()] }))
`,
  )
  const { status, stdout, stderr } = await home.shell('GITHUB_ACTIONS=true sotto run start p.ts')
  assert.equal(status, 0, stderr)
  assert.deepEqual(readCommands(stdout + stderr), [{ name: 'add-mask', properties: '', data: 'rosebud-7731' }])
  assert.equal((stdout + stderr).split('rosebud').length, 2, 'the mask alone')
})
