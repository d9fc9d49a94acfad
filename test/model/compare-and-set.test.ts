/**
 * Goal: `expectVersion` compares and sets at one moment, whatever the number of processes. Method: processes read a secret
 * and write it by what they read; their history has to be one of a register (linearizable.ts).
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textValue } from '@sotto/sdk/model'
import { temporaryFolder } from '../../packages/sotto/src/store/testing.ts'
import { openShared, runWorkers } from '../processes/start.ts'
import { isLinearizable } from './linearizable.ts'
import type { Operation } from './linearizable.ts'

type Written = Omit<Operation, 'calledAt' | 'answeredAt'> & { readonly calledAt: string; readonly answeredAt: string }

test('compare-and-set from several processes is linearizable', async (t) => {
  const folder = temporaryFolder(t)
  const { api } = await openShared(t, folder)
  await api.createSecret({ name: 'register', values: { key: textValue('first') } })
  const told = await runWorkers(folder, { workers: 4, mode: 'register', amount: 60 })
  const history = told
    .flatMap((each) => each.history as readonly Written[]) // as the worker recorded it
    .map((each) => ({ ...each, calledAt: BigInt(each.calledAt), answeredAt: BigInt(each.answeredAt) }) as Operation) // the same with its times
  const writes = history.flatMap((each) => (each.kind === 'write' ? [each] : []))
  const won = writes.filter(({ done }) => done).length
  t.diagnostic(`${String(history.length)} operations, ${String(won)} writes won, ${String(writes.length - won)} lost`)
  assert.ok(won >= 60 && writes.length === 240)
  assert.ok(isLinearizable(history, { version: 1, value: 'first' }))
  assert.equal((await api.describeSecret({ secret: 'register' })).version, 1 + won)
  assert.deepEqual((await api.verifyAudit({})).problems, [])
  // The same history with one lie in it is not.
  const lost = history.findIndex((each) => each.kind === 'write' && !each.done)
  const lie = lost === -1 ? undefined : history.with(lost, { ...history[lost]!, done: true } as Operation) // a write, as was looked for
  if (lie !== undefined) assert.equal(isLinearizable(lie, { version: 1, value: 'first' }), false)
})
