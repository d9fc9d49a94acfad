import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Api } from './api.ts'
import { operationNames, operations } from './operations.ts'
import type { Operation } from './operations.ts'

describe('the table of operations', () => {
  test('is large enough to be the whole Api', () => {
    assert.ok(operationNames.length >= 40)
  })

  test('gives each operation a route of its own', () => {
    const routes = operationNames.map(
      (name) => `${operations[name].method} ${operations[name].path.replace(/\{[^}]+\}/g, '{}')}`,
    )
    assert.equal(new Set(routes).size, routes.length)
  })

  for (const name of operationNames) {
    test(`${name} fits the rules`, () => {
      const operation = operations[name]
      assert.match(operation.path, /^(\/[a-z-]+|\/\{[A-Za-z]+\})+$/)
      assert.match(
        name,
        /^(whoAmI$|(?:add|remove|revoke|explain|trust|adopt|create|set|update|rename|rollback|delete|undelete|purge|share|unshare|prune|export|rotate|rewrap|retire|destroy|change|diff|preview|describe|list|resolve|register|copy|activate|check|start|finish|append|read|verify)[A-Z])/,
      )
      // A value leaves only by POST, with the right to read, and with an event.
      if (operation.reveals)
        assert.deepEqual([operation.method, operation.right, operation.audited], ['POST', 'read', true])
      assert.equal(operation.reveals, name.startsWith('resolve'))
      if (operation.method === 'GET') assert.deepEqual([operation.right, operation.audited], ['describe', false])
      // Every change is an event; the log of a run is too much for one each.
      const changes = operation.right === 'write' || operation.right === 'delete' || operation.right === 'manage'
      if (changes) assert.equal(operation.audited, name !== 'appendRunLog')
    })
  }

  test('misses no operation of the Api and has none besides: a compile error otherwise', () => {
    const same: [keyof Api, keyof typeof operations] extends [keyof typeof operations, keyof Api] ? true : false = true
    // @ts-expect-error -- one operation short
    const short: { readonly [name in keyof Api]: Operation } = { createSecret: operations.createSecret }
    assert.ok(same && 'createSecret' in short)
  })
})
