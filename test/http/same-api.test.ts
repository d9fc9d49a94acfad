/**
 * Goal: an Api over HTTP is the Api. Method: run the tests of the service again, with every call on a real server. They
 * compare answers, codes, hints and details, so whatever the wire adds or loses is a failure.
 */
import { after } from 'node:test'
import { createHttpApi } from '@sotto/sdk'
import { reachServicesBy } from '../../packages/sotto/src/service/testing.ts'
import { startTestServer } from '../../packages/sotto/src/http/testing/server.ts'

const server = await startTestServer()
after(() => server.stop())
reachServicesBy((api) => createHttpApi({ url: server.url, token: server.tokenOf(api) }))

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
