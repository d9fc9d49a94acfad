/**
 * Goal: an Api over HTTP is the Api. Method: run the tests of the service again, with every call on a real server. They
 * compare answers, codes, hints and details, so whatever the wire adds or loses is a failure; and every request and answer
 * is held against the OpenAPI document.
 */
import assert from 'node:assert/strict'
import { after } from 'node:test'
import { createHttpApi } from '@sotto/sdk'
import { operationNames } from '@sotto/sdk/model'
import { createNodeTransport } from '../../packages/sotto/src/connect/node-transport.ts'
import { OpenApi, readOpenApi } from './openapi.ts'
import { reachServicesBy } from '../../packages/sotto/src/service/testing.ts'
import { startTestServer } from '../../packages/sotto/src/http/testing/server.ts'

const server = await startTestServer()
after(async () => {
  connections.close()
  await server.stop()
  // Told here because it is known only when all of the tests have run.
  assert.deepEqual(openApi.seen, new Set(operationNames))
})
const openApi = new OpenApi(readOpenApi())
const connections = createNodeTransport(server.url, undefined)
const transport = openApi.watch(connections.send)
reachServicesBy((api) => createHttpApi({ url: server.url, token: server.tokenOf(api), transport }))

await import('../../packages/sotto/src/service/operations.test.ts')
await import('../../packages/sotto/src/service/secrets/secrets.test.ts')
await import('../../packages/sotto/src/service/secrets/secret-life.test.ts')
await import('../../packages/sotto/src/service/secrets/secret-list.test.ts')
await import('../../packages/sotto/src/service/secrets/compare-and-set.test.ts')
await import('../../packages/sotto/src/service/stacks/components.test.ts')
await import('../../packages/sotto/src/service/stacks/flavors.test.ts')
await import('../../packages/sotto/src/service/stacks/stacks.test.ts')
await import('../../packages/sotto/src/service/references/check.test.ts')
await import('../../packages/sotto/src/service/references/resolve-references.test.ts')
await import('../../packages/sotto/src/service/references/references.property.test.ts')
await import('../../packages/sotto/src/service/runs/runs.test.ts')
await import('../../packages/sotto/src/service/audit/audit.test.ts')
await import('../../packages/sotto/src/service/audit/audit-prune.test.ts')
await import('../../packages/sotto/src/service/keys/keys.test.ts')
