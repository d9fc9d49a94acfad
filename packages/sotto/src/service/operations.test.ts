/**
 * Goal: no operation misses its right or its audit event. Method: walk the table of operations, once for a caller with
 * every right and once for one with none, and look at the chain after each.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSottoError, operationNames, operations } from '@sotto/sdk/model'
import type { OperationName } from '@sotto/sdk/model'
import { calls, openWorld } from './testing/every-operation.ts'
import type { World } from './testing/every-operation.ts'

async function eventsOf(world: World, operation: string): Promise<readonly string[]> {
  const rows = await world.sql('SELECT outcome FROM audit_event WHERE operation = $1 ORDER BY sequence', [operation])
  return rows.map((row) => String(row['outcome']))
}

test('the walk sees every operation', () => {
  assert.ok(operationNames.length >= 60, `only ${String(operationNames.length)} operations`)
  assert.deepEqual(Object.keys(calls).toSorted(), operationNames.toSorted())
})

/** What everybody may do, and why. */
const freeForAll: { readonly [name in OperationName]?: string } = {
  whoAmI: 'tells the caller alone, and of nobody else',
  listWorkspaces: 'shows those in which the caller has a right',
  listSecrets: 'shows, where nothing is granted, what the caller keeps in his own scope',
}

for (const name of operationNames) {
  const { audited, reveals, right } = operations[name]
  test(`${name} ${audited ? 'leaves its event' : 'leaves no event'}, and is refused without a right`, async (t) => {
    const world = await openWorld(t)
    const before = await eventsOf(world, name)
    await calls[name](world.api, world)
    const done = (await eventsOf(world, name)).slice(before.length)
    assert.ok(audited ? done.includes('done') : done.length === 0, `events: ${done.join(', ')}`)
    if (reveals) assert.equal(right, 'read')

    if (freeForAll[name] !== undefined) return
    const other = await openWorld(t)
    const earlier = await eventsOf(other, name)
    await assert.rejects(
      calls[name](
        other.withRule(() => false),
        other,
      ),
      (error: unknown) => {
        assert.ok(isSottoError(error), String(error))
        assert.ok([403, 404, 422].includes(error.status), error.code)
        return true
      },
    )
    assert.deepEqual((await eventsOf(other, name)).slice(earlier.length), ['refused'])
  })
}

test('who may describe but not more is told so, and changes nothing', async (t) => {
  const world = await openWorld(t)
  const api = world.withRule((_principal, right) => right === 'describe')
  for (const name of operationNames) {
    const { right, kind } = operations[name]
    if (right === 'describe' || kind === 'run') continue
    await assert.rejects(
      calls[name](api, world),
      (error: unknown) => isSottoError(error, 'forbidden') || isSottoError(error, 'check_failed'),
      name,
    )
  }
})

test('missing and forbidden look alike, in the answer and in the chain', async (t) => {
  const world = await openWorld(t)
  const nothing = world.withRule(() => false)
  const answers: unknown[] = []
  for (const secret of ['crm', 'nowhere']) {
    const error: unknown = await nothing.describeSecret({ secret }).catch((reason: unknown) => reason)
    assert.ok(isSottoError(error, 'secret_not_found'))
    answers.push(JSON.stringify(error).replaceAll(secret, 'NAME'))
  }
  assert.equal(answers[0], answers[1])
  const rows = await world.sql(
    "SELECT operation, outcome, object, object_id, detail FROM audit_event WHERE outcome = 'refused' ORDER BY sequence",
  )
  const [first, second] = rows.map((row) => JSON.stringify(row).replace(/crm|nowhere/, 'NAME'))
  assert.equal(first, second)
})
