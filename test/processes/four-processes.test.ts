/**
 * Goal: several processes use one file without an error, none is starved, and the chain covers what was shown. Method: four
 * processes read and write for some seconds and count; then their counts are held against the store and its chain.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { everyItem, textValue } from '@sotto/sdk/model'
import type { AuditQuery } from '@sotto/sdk/model'
import { temporaryFolder } from '../../packages/sotto/src/store/testing.ts'
import { openShared, runWorkers } from './start.ts'

const workers = 4

test('four processes read and write one file: no error, all make progress, every value shown has its event', async (t) => {
  const folder = temporaryFolder(t)
  const { api } = await openShared(t, folder)
  await api.createSecret({ name: 'shared', values: { key: textValue('0') } })
  const told = await runWorkers(folder, { workers, mode: 'read-write', amount: 3000 })

  const rounds = told.map(({ writes }) => writes)
  assert.ok(Math.min(...rounds) >= 10, `a process made no progress: ${rounds.join(', ')}`)
  assert.ok(Math.min(...rounds) * 20 >= Math.max(...rounds), `a process was starved: ${rounds.join(', ')}`)
  t.diagnostic(`writes of each: ${rounds.join(', ')}; reads: ${told.map(({ reads }) => reads).join(', ')}`)

  const { version } = await api.describeSecret({ secret: 'shared' })
  assert.equal(version, 1 + rounds.reduce((sum, writes) => sum + writes / 2, 0), 'no write was lost or doubled')
  const { problems, result } = await api.verifyAudit({})
  assert.deepEqual([problems, result], [[], 'consistent, not authenticated'])

  const events = new Map<string, number>()
  const query: AuditQuery = { operation: 'resolveSecrets', outcome: 'done', limit: 1000 }
  for await (const { osUser, object, detail } of everyItem((page: AuditQuery) => api.listAudit(page), query)) {
    const key = `${osUser} ${object.replace('secret ', '')}@${String(detail['version'])}`
    events.set(key, (events.get(key) ?? 0) + 1)
  }
  for (const [index, { shown }] of told.entries()) {
    for (const [what, count] of Object.entries(shown)) {
      const key = `worker-${String(index)} ${what}`
      assert.equal(events.get(key), count, key)
      events.delete(key)
    }
  }
  assert.deepEqual([...events], [], 'no event says of a value that it left when it did not')
})
