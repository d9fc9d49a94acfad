// The whole way of a question: from code in a real step, over process channel or socket, to the real store.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { isSottoError, textValue } from '@sotto/sdk/model'
import { Redactor } from '../redaction/redactor.ts'
import { makeTestProject, PASSWORD } from '../../../../test/support/pipeline-project.ts'
import type { TestProject } from '../../../../test/support/pipeline-project.ts'
import { openStepChannel } from './client.ts'
import { StepGate } from './gate.ts'
import { LineReader } from './lines.ts'
import { isStepOperation } from './protocol.ts'
import { listenForStep } from './socket-server.ts'

let project: TestProject
before(async () => {
  project = await makeTestProject()
  await project.api.createSecret({ name: 'erp', values: { token: textValue('erp-token-of-the-test') } })
})
after(async () => {
  await project.close()
})

const client = join(import.meta.dirname, 'client.ts')
const imports =
  "import { command, output, pipeline, secret, step } from 'sotto/pipelines'\nimport { Client } from 'sotto'\n"

test('the Client inside a step reads what its principal may, masked, and marked as undeclared', async () => {
  const file = project.write(
    'client.ts',
    `${imports}
const read = step('read', { secrets: { crm: secret('crm', 'username') } }, async () => {
  const found = await new Client().getSecret('crm')
  console.log('the password is', found.secretValues.password)
  return found.values.password instanceof Object
})
const strict = step('strict', { secrets: { crm: secret('crm', 'username') }, settings: { 'declared-secrets': 'required' } }, async () => {
  const allowed = await new Client().getSecret('crm', { keys: ['username'] })
  return [allowed.secretValues.username, await new Client().getSecret('crm').catch((error) => error.code), await new Client().getSecret('erp').catch((error) => error.message)]
})
const changes = step('changes', async () => await new Client().createSecret({ name: 'new', values: { a: 'b' } }).catch((error) => error.code))
export const p = pipeline('client', () => [read(), strict(), changes()])
`,
  )
  const { finished, error, log, reads } = await project.run(file)
  assert.equal(error, undefined)
  assert.deepEqual(finished?.result, [
    true,
    ['admin', 'undeclared_secret', 'step strict does not declare secret "erp", and declared-secrets is "required"'],
    'forbidden',
  ])
  assert.match(log, /the password is \*\*\*/)
  assert.ok(!log.includes(PASSWORD))
  const undeclared = reads.filter(({ declared }) => !declared)
  assert.deepEqual(
    undeclared.map(({ step, keys }) => [step, keys.toSorted()]),
    [['read', ['password', 'username']]],
  )
})

test('any other process asks over the socket, which ends with its attempt', async () => {
  const script = project.write(
    'ask.ts',
    `
import { writeFileSync } from 'node:fs'
const { openStepChannel } = await import(${JSON.stringify(client)})
const api = openStepChannel(process.env)
const { secrets } = await api.resolveSecrets({ items: [{ secret: 'erp' }] })
console.log('token', secrets[0].values.token.data)
const refused = await api.listAudit({}).catch((error) => error.code)
const missing = await api.describeSecret({ secret: 'nowhere' }).catch((error) => error.code)
writeFileSync(process.env.SOTTO_OUTPUTS + '/answers.json', JSON.stringify({ refused, missing, socket: process.env.SOTTO_STEP_SOCKET }))
`,
  )
  const file = project.write(
    'socket.ts',
    `${imports}
const ask = command('ask', { run: [process.execPath, '--conditions=sotto-source', ${JSON.stringify(script)}], outputs: { answers: output.json() } })
export const p = pipeline('socket', () => ask().answers)
`,
  )
  const { finished, error, log, reads } = await project.run(file)
  assert.equal(error, undefined)
  const answers = finished?.result as { refused: string; missing: string; socket: string } // what the script wrote
  assert.deepEqual([answers.refused, answers.missing], ['forbidden', 'secret_not_found'])
  assert.equal(log, 'token ***\n')
  assert.deepEqual(
    reads.map(({ step, secret, declared }) => [step, secret, declared]),
    [['ask', 'erp', false]],
  )
  assert.ok(!existsSync(dirname(answers.socket)))
  const late = openStepChannel({ SOTTO_STEP_SOCKET: answers.socket })
  await assert.rejects(
    async () => await late?.describeStore({}),
    (thrown) => isSottoError(thrown, 'unreachable'),
  )
})

test('a declared name is the secret that it leads to, and not its namesake in the other scope', async () => {
  const { api } = project
  await api.createSecret({ name: 'twin', scope: 'user', values: { k: textValue('of the user') } })
  await api.updateSecret({ secret: 'twin', values: { k: textValue('of the user, again') } })
  await api.createSecret({ name: 'twin', scope: 'workspace', values: { k: textValue('of the workspace') } })
  const other = await api.describeSecret({ secret: 'twin', scope: 'workspace' })
  const file = project.write(
    'twin.ts',
    `${imports}
const items = [{ secret: 'twin' }, { secret: 'twin', version: 1 }, { secret: 'twin', scope: 'workspace' as const }, { secret: '${other.id}' }]
const ask = async (): Promise<string[]> => {
  const { openStepChannel } = await import(${JSON.stringify(client)})
  const api = openStepChannel(process.env)
  return await Promise.all(items.map((item) => api.resolveSecrets({ items: [{ ...item, keys: ['k'] }] }).then(() => 'released', (error: { message: string }) => error.message)))
}
const required = step('required', { secrets: { twin: secret('twin', 'k') }, settings: { 'declared-secrets': 'required' } }, ask)
const pinned = step('pinned', { secrets: { twin: secret('twin@2', 'k') } }, ask)
export const p = pipeline('twin', () => [required(), pinned()])
`,
  )
  const { finished, error, reads } = await project.run(file)
  assert.equal(error, undefined)
  const refused = 'step required does not declare secret "twin" of scope workspace, and declared-secrets is "required"'
  assert.deepEqual(finished?.result, [
    ['released', 'released', refused, refused],
    ['released', 'released', 'released', 'released'],
  ])
  const marks = reads.filter(({ step }) => step === 'pinned')
  assert.deepEqual(
    marks
      .map(({ secretId, version, declared }) => `${secretId === other.id ? 'other' : 'ours'}@${version} ${declared}`)
      .toSorted((left, right) => left.localeCompare(right)),
    ['other@1 false', 'other@1 false', 'ours@1 false', 'ours@2 true', 'ours@2 true'],
  )
})

test('a gate that is closed refuses, even an answer that was under way', async () => {
  const redactor = new Redactor()
  const gate = new StepGate({
    api: project.api,
    attempt: '',
    place: 'step x',
    redactor,
    extra: {},
  })
  const underWay = gate.call('describeStore', {})
  gate.close()
  await assert.rejects(underWay, (error) => isSottoError(error, 'forbidden') && /has ended/.test(error.message))
  await assert.rejects(gate.call('describeStore', {}), /has ended/)
})

test('the socket lies in a closed folder and answers broken requests in words', async () => {
  const gate = new StepGate({
    api: project.api,
    attempt: '',
    place: 'step x',
    redactor: new Redactor(),
    extra: {},
  })
  const socket = await listenForStep(gate, project.folder)
  assert.equal(statSync(dirname(socket.path)).mode & 0o777, 0o700)
  const connection = connect(socket.path)
  const answers: string[] = []
  const reader = new LineReader(1_000_000)
  connection.on('data', (chunk: Buffer) => answers.push(...reader.read(chunk)))
  connection.write(
    'not json\n{"id": 7, "operation": "nothing"}\n{"id": 8, "operation": "resolveSecrets", "input": {"items": [3]}}\n{"id": 9, "operation": "tracker.logMetrics"}\n',
  )
  while (answers.length < 4)
    await new Promise((resolve) => {
      setTimeout(resolve, 5)
    })
  const codes = answers.map((line) => (JSON.parse(line) as { error: { code: string } }).error.code) // each is an error
  assert.deepEqual(codes.toSorted(), ['forbidden', 'forbidden', 'input_invalid', 'input_invalid'])
  await socket.close()
  connection.destroy()
})

test('lines are cut at line breaks, wherever the chunks are', () => {
  const reader = new LineReader(20)
  const bytes = Buffer.from('ä1\nb\n\nrest')
  const lines = [...bytes].flatMap((_, index) => reader.read(bytes.subarray(index, index + 1)))
  assert.deepEqual(lines, ['ä1', 'b', ''])
  reader.read(Buffer.alloc(30, 'x'))
  assert.ok(reader.overflowed)
})

test('a step may describe and reveal, and change nothing', () => {
  for (const operation of [
    'resolveSecrets',
    'describeSecret',
    'listSecrets',
    'describeStore',
    'describeStack',
    'describeRun',
  ])
    assert.ok(isStepOperation(operation), operation)
  for (const operation of [
    'createSecret',
    'deleteSecret',
    'resolveReferences',
    'finishRun',
    'appendRunLog',
    'listAudit',
    'verifyAudit',
    'activateStack',
    'toString',
  ])
    assert.ok(!isStepOperation(operation), operation)
})

test('the value that was asked for lies in no file of the run', () => {
  // The store is sealed; what the attempt wrote beside it is gone. The canary search of the whole demo looks further.
  assert.ok(!readFileSync(join(project.env['SOTTO_HOME'] ?? '', 'store.db')).includes('erp-token-of-the-test'))
})
