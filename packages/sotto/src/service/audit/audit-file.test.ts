/** Goal: an export is verified without the store, and no change of it passes. Method: change each line in turn. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textValue } from '@sotto/sdk/model'
import type { Api } from '@sotto/sdk/model'
import { verifyAuditLines } from './audit-file.ts'
import { openTestService, withCode } from '../testing.ts'

async function exportLines(api: Api, from?: number): Promise<string[]> {
  const lines: string[] = []
  let next = from
  for (;;) {
    const { header, events, end } = await api.exportAudit({ from: next, limit: 2 })
    if (lines.length === 0) lines.push(JSON.stringify(header))
    lines.push(...events.map((event) => JSON.stringify(event)))
    if (end !== undefined) return [...lines, JSON.stringify({ end })]
    next = events.at(-1)!.sequence + 1
  }
}

async function openWithEvents(t: Parameters<typeof openTestService>[0]): Promise<Api> {
  const { api } = await openTestService(t)
  for (const name of ['a', 'b', 'c', 'd'])
    await api.createSecret({ name, values: { key: textValue('hunter2hunter2') } })
  await api.resolveSecrets({ items: [{ secret: 'a' }] })
  return api
}

test('an export is consistent in itself, and authenticated with the fingerprint', async (t) => {
  const api = await openWithEvents(t)
  const lines = await exportLines(api)
  assert.equal(lines.length, 8)
  assert.ok(!lines.join().includes('hunter2'))
  const { fingerprint, checkpoint } = await api.verifyAudit({})
  const plain = await verifyAuditLines(lines, {})
  assert.deepEqual([plain.result, plain.events, plain.checkpoint], ['consistent, not authenticated', 6, checkpoint])
  for (const input of [{ fingerprint }, { fingerprint: `SHA256:${fingerprint.toUpperCase()}` }, { checkpoint }])
    assert.equal((await verifyAuditLines(lines, input)).result, 'authenticated')
  assert.equal((await verifyAuditLines(lines, { fingerprint: '00'.repeat(32) })).result, 'broken')
  const part = await exportLines(api, 4)
  assert.equal((await verifyAuditLines(part, { fingerprint })).result, 'authenticated')
  assert.equal(part.length, 5)
})

test('a checkpoint in the middle says nothing of what stands behind it', async (t) => {
  const api = await openWithEvents(t)
  const { checkpoint } = await api.verifyAudit({})
  await api.createSecret({ name: 'later', values: {} })
  const verified = await verifyAuditLines(await exportLines(api), { checkpoint })
  assert.deepEqual([verified.result, verified.problems], ['consistent, not authenticated', []])
})

test('what begins behind a removal of old events is verified too', async (t) => {
  const api = await openWithEvents(t)
  const { events } = await api.exportAudit({})
  const { epoch, sequence, hash: head } = events[2]!
  await api.pruneAudit({ through: { epoch, sequence, head } })
  const lines = await exportLines(api)
  assert.deepEqual((await verifyAuditLines(lines, {})).problems, [])
  assert.equal((JSON.parse(lines[0]!) as { from: { sequence: number } }).from.sequence, 3) // written above
})

test('no line can be changed, left out, doubled or moved', async (t) => {
  const lines = await exportLines(await openWithEvents(t))
  const changes: (readonly string[])[] = []
  for (const [index, line] of lines.entries()) {
    if (index > 0) changes.push(lines.toSpliced(index, 1), lines.toSpliced(index, 0, line))
    if (index > 1) changes.push(lines.with(index, lines[index - 1]!).with(index - 1, line))
    for (const [name, value] of Object.entries(JSON.parse(line) as Record<string, unknown>)) {
      if (name === 'format') continue
      const changed = typeof value === 'number' ? value + 1 : typeof value === 'string' ? `${value} ` : {}
      changes.push(lines.with(index, JSON.stringify({ ...JSON.parse(line), [name]: changed })))
    }
    changes.push(lines.with(index, line.replace(/}$/, ',"more":1}')))
  }
  // A member more in the header or in the end changes nothing that is said, and the end may be said twice.
  const harmless = new Set(
    [
      lines.with(0, lines[0]!.replace(/}$/, ',"more":1}')),
      lines.with(7, lines[7]!.replace(/}$/, ',"more":1}')),
      [...lines, lines[7]!],
    ].map((each) => each.join('\n')),
  )
  assert.ok(changes.length > 80)
  for (const changed of changes) {
    if (harmless.has(changed.join('\n'))) continue
    const result = await verifyAuditLines(changed, {}).then(
      (verified) => verified.result,
      (error: unknown) => (withCode('input_invalid')(error) ? 'broken' : 'accepted'),
    )
    assert.equal(result, 'broken', changed.join('\n'))
  }
})

test('a line that a crash cut off is forgiven where it is written again, and nowhere else', async (t) => {
  const lines = await exportLines(await openWithEvents(t))
  const cut = lines.toSpliced(4, 0, lines[4]!.slice(0, 40))
  assert.deepEqual((await verifyAuditLines(cut, {})).problems, [])
  assert.match((await verifyAuditLines(lines.toSpliced(4, 0, '{"more'), {})).problems.join(), /line 5 cannot be read/)
  assert.match((await verifyAuditLines([...lines, '{"epo'], {})).problems.join(), /line 9 cannot be read/)
  assert.match((await verifyAuditLines(lines.slice(0, -1), {})).problems.join(), /before the end/)
})

test('what is no export is refused', async () => {
  for (const lines of [[], [''], ['{}'], ['[]'], ['secret'], ['{"format":"sotto-audit/2"}']])
    await assert.rejects(verifyAuditLines(lines, {}), withCode('input_invalid'))
})
