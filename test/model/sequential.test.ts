/**
 * Goal: the service does what a store of secrets means, and nothing else. Method: random operations, done to it and to the
 * simple store of `simple-store.ts`; a difference is shrunk to the few operations that show it.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fc } from '../support/property.ts'
import { apiOf, testFlavors } from '../../packages/sotto/src/service/references/reference-testing.ts'
import { openTestService } from '../../packages/sotto/src/service/testing.ts'
import { commands, component, stack } from './commands.ts'
import type { World } from './commands.ts'
import { SimpleStore } from './simple-store.ts'

const runs = Number(process.env['SOTTO_MODEL_RUNS'] ?? 60)

test('random operations and a simple model agree, and the chain says the same as the rows', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: 60, size: 'max' }), async (given) => {
      const service = await openTestService(t, { flavors: testFlavors })
      const { api, advance } = service
      const { type, component: name } = component
      await api.registerComponent({ type, name, flavor: 'mlflow', attributes: {} })
      await api.registerStack({ name: stack, from: 'default', components: { [type]: name } })
      const world: World = { api, advance, references: new Map() }
      await fc.asyncModelRun(() => ({ model: new SimpleStore(), real: world }), given)
      assert.deepEqual((await api.verifyAudit({})).problems, [])
      await service.store.close()
    }),
    { numRuns: runs },
  )
})

test('a service that does something else is found out', async (t) => {
  const lying = fc.asyncProperty(fc.commands(commands, { maxCommands: 60, size: 'max' }), async (given) => {
    const service = await openTestService(t, { flavors: testFlavors })
    const { type, component: name } = component
    await service.api.registerComponent({ type, name, flavor: 'mlflow', attributes: {} })
    await service.api.registerStack({ name: stack, from: 'default', components: { [type]: name } })
    // It takes every expected version.
    const honest = apiOf(service)
    const api = {
      ...honest,
      updateSecret: (input: Parameters<typeof honest.updateSecret>[0]) =>
        honest.updateSecret({ ...input, expectVersion: undefined }),
    }
    const world: World = { api, advance: service.advance, references: new Map() }
    try {
      await fc.asyncModelRun(() => ({ model: new SimpleStore(), real: world }), given)
    } finally {
      await service.store.close()
    }
  })
  const { failed } = await fc.check(lying, { numRuns: 40, endOnFailure: true })
  assert.ok(failed)
})
