import assert from 'node:assert/strict'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import type { TestContext } from 'node:test'
import { StepRunners } from './step-runners.ts'

function makeRunners(t: TestContext, count: number): { readonly runners: StepRunners; readonly groups: Set<number> } {
  const groups = new Set<number>()
  const folder = tmpdir()
  const env = { ...process.env, SOTTO_ROOT_KEY: 'not for a step' }
  const runners = new StepRunners({ folder, env, cacheFolder: join(folder, 'no', 'such'), groups, count })
  t.after(() => runners.close())
  return { runners, groups }
}

test('a runner that was prepared is taken, and once', async (t) => {
  const { runners, groups } = makeRunners(t, 2)
  runners.prepare()
  runners.prepare()
  const [waiting] = groups
  assert.equal(groups.size, 1)
  const [first, second] = [runners.take(), runners.take()]
  assert.equal(first.pid, waiting)
  assert.notEqual(second.pid, waiting)
  runners.prepare() // none will be taken
  assert.equal(groups.size, 1)
  const ends = [once(first, 'exit'), once(second, 'exit')]
  for (const child of [first, second]) child.kill('SIGKILL')
  await Promise.all(ends)
})

test('one that ended while it waited is replaced', async (t) => {
  const { runners, groups } = makeRunners(t, 1)
  runners.prepare()
  const [waiting = 0] = groups
  process.kill(waiting, 'SIGKILL')
  while (isThere(waiting)) await new Promise((resolve) => setTimeout(resolve, 5))
  const child = runners.take()
  assert.notEqual(child.pid, waiting)
  const end = once(child, 'exit')
  child.kill('SIGKILL')
  await end
})

test('closing ends the one that waits', async (t) => {
  const { runners, groups } = makeRunners(t, 1)
  runners.prepare()
  const [waiting = 0] = groups
  runners.close()
  assert.equal(groups.size, 0)
  while (isThere(waiting)) await new Promise((resolve) => setTimeout(resolve, 5))
})

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
