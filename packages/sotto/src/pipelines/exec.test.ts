import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { after, before, test } from 'node:test'
import { bytesValue, isSottoError, textValue } from '@sotto/sdk/model'
import { execCommand } from './exec.ts'
import type { ExecOptions } from './exec.ts'
import { makeTestProject, PASSWORD } from '../../../../test/support/pipeline-project.ts'
import type { TestProject } from '../../../../test/support/pipeline-project.ts'

let project: TestProject
before(async () => {
  project = await makeTestProject()
  await project.api.createSecret({
    name: 'short',
    values: { pin: textValue('1234'), 'api-key': textValue('key-for-the-test'), api_key: textValue('another-for-it') },
  })
  await project.api.createSecret({
    name: 'tls',
    values: { key: bytesValue(new Uint8Array([255, 0, 254, 1, 2, 3, 4])) },
  })
})
after(async () => {
  await project.close()
})

interface Executed {
  readonly code: number | undefined
  readonly error: unknown
  readonly out: string
  readonly err: string
  readonly notes: readonly string[]
}

async function exec(argv: readonly string[], options: Partial<ExecOptions> = {}): Promise<Executed> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
  const [out, err, notes]: [string[], string[], string[]] = [[], [], []]
  stdout.on('data', (chunk: Buffer) => out.push(chunk.toString()))
  stderr.on('data', (chunk: Buffer) => err.push(chunk.toString()))
  const settled = await execCommand({
    api: project.api,
    argv,
    secrets: [],
    variables: {},
    env: { ...project.env, SOTTO_ROOT_KEY: 'root-key-of-the-test' },
    cwd: project.folder,
    streams: { stdin, stdout, stderr },
    onNote: (note) => {
      notes.push(note)
    },
    ...options,
  }).then(
    (code) => ({ code, error: undefined }),
    (error: unknown) => ({ code: undefined, error }),
  )
  return { ...settled, out: out.join(''), err: err.join(''), notes }
}

test('a command gets secrets as variables, its output is masked, its exit code is ours', async () => {
  const { code, out, err } = await exec(
    ['sh', '-c', 'test "$CRM_PASSWORD" = "$P" && echo "same $P $CRM_USERNAME"; echo "$URL" >&2; exit 7'],
    {
      secrets: ['crm'],
      variables: { P: '{{crm.password}}', URL: 'db://{{crm.username}}:{{ crm.password }}@host', PLAIN: 'x' },
    },
  )
  assert.deepEqual([code, out, err], [7, 'same *** admin\n', 'db://admin:***@host\n'])
  assert.equal((await exec(['sh', '-c', 'kill -TERM $$'])).code, 143)
})

test('keys and tokens of Sotto stay out, the place of the store stays in', async () => {
  const { out } = await exec(['sh', '-c', 'env | grep ^SOTTO_ | cut -d= -f1 | sort'])
  assert.equal(out, 'SOTTO_HOME\n')
})

test('it is checked first, every problem at once, and nothing runs', async () => {
  let checked = 0
  const { error, out } = await exec(['echo', 'ran'], {
    secrets: ['nowhere'],
    variables: { A: '{{crm.absent}}', B: '{{crm.password' },
    onCheck: () => {
      checked += 1
    },
  })
  assert.ok(isSottoError(error))
  assert.ok(['check_failed', 'reference_malformed'].includes(error.code), error.code)
  assert.equal(out, '')
  const missing = await exec(['echo', 'ran'], {
    secrets: ['nowhere'],
    variables: { A: '{{crm.absent}}' },
    onCheck: () => {
      checked += 1
    },
  })
  assert.ok(isSottoError(missing.error, 'check_failed'))
  assert.match(missing.error.message, /crm\.absent.*key missing/)
  assert.match(missing.error.message, /nowhere.*secret missing/)
  assert.ok(checked > 0)
})

test('what cannot be a variable is refused without its value', async () => {
  const clash = await exec(['true'], { secrets: ['short'] })
  assert.ok(isSottoError(clash.error, 'input_invalid'))
  assert.match(clash.error.message, /SHORT_API_KEY/)
  const bytes = await exec(['true'], { secrets: ['tls'] })
  assert.ok(isSottoError(bytes.error, 'value_invalid'))
  const name = await exec(['true'], { variables: { 'not-a-name': 'x' } })
  assert.ok(isSottoError(name.error, 'input_invalid'))
})

test('short values are not masked, and one is told so', async () => {
  const { out, notes } = await exec(['sh', '-c', 'echo $PIN'], { variables: { PIN: '{{short.pin}}' } })
  assert.equal(out, '1234\n')
  assert.deepEqual(notes, ['short.pin is shorter than 6 bytes and is not masked in output'])
})

test('a program that is not there is named', async () => {
  const { error } = await exec(['no-such-program', PASSWORD])
  assert.ok(isSottoError(error, 'program_not_found'))
  assert.equal(error.exitCode, 127)
  assert.match(error.message, /"no-such-program" was not found/)
  assert.ok(isSottoError((await exec([])).error, 'usage'))
})
