import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runInOrder } from './schedule.ts'

const diamond = [
  { id: 'a', needs: [] },
  { id: 'b', needs: ['a'] },
  { id: 'c', needs: ['a'] },
  { id: 'd', needs: ['b', 'c'] },
]

function tick(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

test('nodes run after what they need, and no more at a time than allowed', async () => {
  const order: string[] = []
  let [running, most] = [0, 0]
  const skipped = await runInOrder(diamond, 2, async (id) => {
    running += 1
    most = Math.max(most, running)
    await tick()
    running -= 1
    order.push(id)
    return true
  })
  assert.deepEqual([order[0], order[3], most, skipped], ['a', 'd', 2, []])
})

test('after a failure nothing new starts, and what never started is named', async () => {
  const started: string[] = []
  const skipped = await runInOrder(diamond, 1, async (id) => {
    started.push(id)
    await tick()
    return id !== 'b'
  })
  assert.deepEqual(
    [started, skipped],
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  )
})

test('a rejection comes after the others have settled', async () => {
  let settled = false
  const work = runInOrder(
    [
      { id: 'x', needs: [] },
      { id: 'y', needs: [] },
    ],
    2,
    async (id) => {
      if (id === 'x') throw new Error('broken')
      await tick()
      settled = true
      return true
    },
  )
  await assert.rejects(work, /broken/)
  assert.ok(settled)
})

test('a free place is given away while others run', async () => {
  const order: string[] = []
  let release = (): void => {}
  const slow = new Promise<void>((resolve) => {
    release = resolve
  })
  const work = runInOrder(
    [
      { id: 'slow', needs: [] },
      { id: 'a', needs: [] },
      { id: 'b', needs: ['a'] },
    ],
    2,
    async (id) => {
      if (id === 'slow') await slow
      order.push(id)
      if (id === 'b') release()
      return true
    },
  )
  await work
  assert.deepEqual(order, ['a', 'b', 'slow'])
})
