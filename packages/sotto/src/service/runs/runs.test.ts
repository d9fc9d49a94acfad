import assert from 'node:assert/strict'
import { readdirSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Api, LogChunk, Run, RunInput } from '@sotto/sdk/model'
import { openTestService, withCode } from '../testing.ts'

const input: RunInput = {
  pipeline: 'churn',
  stack: 'default',
  parameters: { lr: 0.1 },
  plan: { format: 1, nodes: [] },
  level: 'SECRET_AND_KEY_EXISTS',
  requirements: {},
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

function textOf(chunks: readonly LogChunk[]): string {
  return chunks.map(({ dataBase64 }) => Buffer.from(dataBase64, 'base64').toString()).join('')
}

async function runWithAttempt(api: Api, step = 'load'): Promise<{ run: Run; attempt: string }> {
  const run = await api.createRun(input)
  const { id } = await api.startAttempt({ run: run.id, step })
  return { run, attempt: id }
}

test('a run and its attempts end once, with their outputs', async (t) => {
  const { api } = await openTestService(t)
  const { run, attempt } = await runWithAttempt(api)
  const output = { name: 'result', digest: `sha256:${'0'.repeat(64)}`, sizeBytes: 3, codec: 'json' } as const
  await api.finishAttempt({ attempt, state: 'failed', error: 'no luck', exitCode: 1, outputs: [output] })
  await assert.rejects(api.finishAttempt({ attempt, state: 'completed' }), withCode('version_conflict'))
  const second = await api.startAttempt({ run: run.id, step: 'load' })
  assert.equal(second.number, 2)
  await api.finishAttempt({ attempt: second.id, state: 'completed' })
  await api.finishRun({ run: run.id, state: 'completed' })
  await assert.rejects(api.finishRun({ run: run.id, state: 'failed' }), withCode('version_conflict'))
  await assert.rejects(api.startAttempt({ run: run.id, step: 'load' }), withCode('version_conflict'))
  const whole = await api.describeRun({ run: run.id })
  assert.equal(whole.state, 'completed')
  assert.deepEqual(whole.parameters, { lr: 0.1 })
  assert.deepEqual(
    whole.attempts.map(({ number, state, error, exitCode, outputs }) => ({ number, state, error, exitCode, outputs })),
    [
      { number: 1, state: 'failed', error: 'no luck', exitCode: 1, outputs: [output] },
      { number: 2, state: 'completed', error: undefined, exitCode: undefined, outputs: [] },
    ],
  )
})

test('a run is found by its id and by an end of it that no other recent run has', async (t) => {
  const { api } = await openTestService(t)
  const first = await api.createRun(input)
  const second = await api.createRun(input)
  assert.equal((await api.describeRun({ run: first.id.slice(-8) })).id, first.id)
  // Ids that were made at the same moment begin alike.
  await assert.rejects(api.describeRun({ run: second.id.slice(0, 8) }), withCode('input_invalid'))
  await assert.rejects(api.describeRun({ run: 'ffff' }), withCode('run_not_found'))
  await assert.rejects(api.describeRun({ run: '%%%%%%%%' }), withCode('run_not_found'))
  await assert.rejects(api.describeRun({ run: '00000000-0000-7000-8000-000000000000' }), withCode('run_not_found'))
})

test('a refusal records what may be an id, and no other text that was given as one', async (t) => {
  const { api } = await openTestService(t)
  const pasted = 'hunter2-'.repeat(100_000)
  for (const run of [pasted, 'hunter2-hunter2', 'abcdef'])
    await assert.rejects(api.describeRun({ run }), withCode('run_not_found'))
  await assert.rejects(api.finishAttempt({ attempt: pasted, state: 'failed' }), withCode('run_not_found'))
  const { items } = await api.listAudit({})
  assert.deepEqual(
    items.slice(0, 4).map(({ object, outcome }) => [object, outcome]),
    [
      ['attempt', 'refused'],
      ['run abcdef', 'refused'],
      ['run', 'refused'],
      ['run', 'refused'],
    ],
  )
})

test('runs are listed newest first, page by page, and a cursor serves its own list only', async (t) => {
  const service = await openTestService(t)
  const ids: string[] = []
  for (let index = 0; index < 5; index += 1) {
    ids.unshift((await service.api.createRun(input)).id)
    service.advance(index % 2)
  }
  const first = await service.api.listRuns({ limit: 2 })
  const second = await service.api.listRuns({ limit: 2, cursor: first.cursor })
  const third = await service.api.listRuns({ limit: 2, cursor: second.cursor })
  const listed = [...first.items, ...second.items, ...third.items].map(({ id }) => id)
  assert.deepEqual(new Set(listed), new Set(ids))
  assert.equal(listed.length, 5)
  assert.equal(third.cursor, undefined)
  await assert.rejects(service.api.listRuns({ cursor: first.cursor, state: 'failed' }), withCode('input_invalid'))
  await assert.rejects(service.api.listRuns({ cursor: 'AAAA' }), withCode('input_invalid'))
  for (const limit of [0, -1, 1001, 1.5])
    await assert.rejects(service.api.listRuns({ limit }), withCode('input_invalid'))
  assert.deepEqual((await service.api.listRuns({ state: 'failed' })).items, [])
  assert.equal((await service.api.listRuns({ pipeline: 'churn' })).items.length, 5)
})

test('the log keeps the order of arrival, goes on behind an offset and is closed with its attempt', async (t) => {
  const { api, folder } = await openTestService(t)
  const { run, attempt } = await runWithAttempt(api)
  const other = await api.startAttempt({ run: run.id, step: 'train' })
  await api.appendRunLog({ attempt, dataBase64: base64('one\n') })
  await api.appendRunLog({ attempt: other.id, dataBase64: base64('two\n') })
  const first = await api.readRunLog({ run: run.id })
  assert.deepEqual(
    first.chunks.map(({ step }) => step),
    ['load', 'train'],
  )
  assert.equal(first.ended, false)
  await api.appendRunLog({ attempt, dataBase64: base64('three\n') })
  const rest = await api.readRunLog({ run: run.id, offsetBytes: first.offsetBytes })
  assert.equal(textOf(rest.chunks), 'three\n')
  assert.equal(textOf((await api.readRunLog({ run: run.id, step: 'load' })).chunks), 'one\nthree\n')
  await assert.rejects(api.readRunLog({ run: run.id, step: 'nowhere' }), withCode('run_not_found'))
  await api.finishAttempt({ attempt, state: 'completed' })
  await assert.rejects(api.appendRunLog({ attempt, dataBase64: base64('late') }), withCode('version_conflict'))
  await api.finishRun({ run: run.id, state: 'completed' })
  assert.equal((await api.readRunLog({ run: run.id })).ended, true)
  const [file] = readdirSync(join(folder, 'logs'))
  assert.equal(statSync(join(folder, 'logs', file ?? '')).mode & 0o777, 0o600)
})

test('a log that a crash cut is read up to its last whole piece', async (t) => {
  const { api, folder } = await openTestService(t)
  const { run, attempt } = await runWithAttempt(api)
  for (const text of ['whole', 'cut']) await api.appendRunLog({ attempt, dataBase64: base64(text) })
  const file = join(folder, 'logs', `${run.id}.log`)
  truncateSync(file, statSync(file).size - 1)
  await api.finishRun({ run: run.id, state: 'failed' })
  const page = await api.readRunLog({ run: run.id })
  assert.equal(textOf(page.chunks), 'whole')
  assert.equal((await api.readRunLog({ run: run.id, offsetBytes: page.offsetBytes })).ended, true)
})

test('a log of many megabytes is read by pages, binary output whole', async (t) => {
  const { api } = await openTestService(t)
  const { run, attempt } = await runWithAttempt(api)
  const piece = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7) % 256))
  for (let index = 0; index < 10; index += 1) {
    await api.appendRunLog({ attempt, dataBase64: piece.toString('base64') })
  }
  await api.finishRun({ run: run.id, state: 'completed' })
  const parts: Buffer[] = []
  for (let offsetBytes = 0, ended = false; !ended;) {
    const page = await api.readRunLog({ run: run.id, offsetBytes })
    parts.push(...page.chunks.map(({ dataBase64 }) => Buffer.from(dataBase64, 'base64')))
    ;({ offsetBytes, ended } = page)
  }
  assert.ok(Buffer.concat(parts).equals(Buffer.concat(Array.from({ length: 10 }, () => piece))))
  await assert.rejects(
    api.appendRunLog({ attempt, dataBase64: Buffer.alloc(1024 * 1024 + 1).toString('base64') }),
    withCode('value_too_large'),
  )
})

test('a changed run or attempt is an error', async (t) => {
  const { api, sql } = await openTestService(t)
  const { run } = await runWithAttempt(api)
  await sql("UPDATE attempt SET state = 'completed'")
  await assert.rejects(api.describeRun({ run: run.id }), withCode('row_altered'))
  await sql("UPDATE run SET stack = 'prod'")
  await assert.rejects(api.listRuns({}), withCode('row_altered'))
})
