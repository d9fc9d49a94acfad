/**
 * Two worlds. Goal: nobody learns by any answer whether a secret exists that he may not see. Method: two stores that differ
 * in one hidden secret alone; a stranger, an administrator and an auditor use every operation in both, and those that take
 * a name of a secret with the hidden name too. Answers and errors must be the same byte for byte once ids are numbered, and
 * so must the statements that the database was asked, which is what an answer's time is made of.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { isSottoError, operationNames, operations, textValue } from '@sotto/sdk/model'
import type { Api, GrantInput, OperationName } from '@sotto/sdk/model'
import { systemRandom } from '../keys/random.ts'
import { storedGrants } from './principals/stored-grants.ts'
import { watchedStore } from './references/reference-testing.ts'
import { createService } from './service.ts'
import { calls, openWorld } from './testing/every-operation.ts'
import type { World } from './testing/every-operation.ts'

const hidden = 'hidden'

/** What one world has and the other has not. */
const secrets: { readonly [name: string]: (api: Api) => Promise<unknown> } = {
  live: (api) => api.createSecret({ name: hidden, scope: 'workspace', values: { key: textValue('v') } }),
  deleted: async (api) => {
    await api.createSecret({ name: hidden, scope: 'workspace', values: { key: textValue('v') } })
    await api.deleteSecret({ secret: hidden })
  },
  private: (api) => api.createSecret({ name: hidden, scope: 'user', values: { key: textValue('v') } }),
  'private and deleted': async (api) => {
    await api.createSecret({ name: hidden, scope: 'user', values: { key: textValue('v') } })
    await api.deleteSecret({ secret: hidden })
  },
}

/** Who asks, and what was granted to him: never to see a secret of the name `hidden` in the workspace, unless told so. */
const callers: {
  readonly [name: string]: { grants: readonly Omit<GrantInput, 'principal'>[]; seesWorkspace: boolean }
} = {
  stranger: { grants: [], seesWorkspace: false },
  neighbour: {
    grants: [
      { grant: 'editor', kind: 'component' },
      { grant: 'editor', kind: 'stack' },
      { grant: 'editor', kind: 'run' },
      { grant: 'admin', kind: 'secret', name: 'crm*' },
      { grant: 'admin', kind: 'secret', name: 'gone' },
    ],
    seesWorkspace: false,
  },
  administrator: { grants: [{ grant: 'admin', everywhere: true }], seesWorkspace: true },
  auditor: {
    grants: [
      { grant: 'describe', kind: 'audit', everywhere: true },
      { grant: 'viewer', kind: 'secret', name: 'crm' },
    ],
    seesWorkspace: false,
  },
}

/** Their readers learn of all there is: docs/security.md says what. */
const apart: readonly OperationName[] = operationNames.filter((name) =>
  ['audit', 'store'].includes(operations[name].kind),
)

/** Uses with the hidden name, beside one use of each operation. */
const withHiddenName: readonly ((api: Api) => Promise<unknown>)[] = [
  (api) => api.describeSecret({ secret: hidden }),
  (api) => api.describeSecret({ secret: hidden, scope: 'workspace' }),
  (api) => api.resolveSecrets({ items: [{ secret: hidden }] }),
  (api) => api.listSecretVersions({ secret: hidden }),
  (api) => api.listSecretUses({ secret: hidden }),
  (api) => api.diffSecrets({ left: { secret: hidden }, right: { secret: 'crm' } }),
  (api) => api.listSecrets({ name: hidden }),
  (api) => api.listSecrets({ namePrefix: 'h', limit: 1 }),
  (api) => api.listSecrets({ deleted: true, limit: 1 }),
  (api) => api.listSecrets({ key: 'key', sort: '-created', limit: 1 }),
  (api) => api.describeSecret({ secret: 'hiden' }),
  (api) =>
    api.checkReferences({
      stack: null,
      secrets: [
        { place: 'step s', name: hidden },
        { place: 'step s', name: 'hiden' },
      ],
    }),
  (api) => api.checkReferences({ stack: null, secrets: [{ place: 'step s', name: hidden }], level: 'SECRET_EXISTS' }),
  (api) => api.resolveReferences({ stack: null, secrets: [{ place: 'step s', name: hidden }] }),
  (api) =>
    api.registerComponent({ type: 'alerter', name: 'asks', flavor: 'pager', attributes: { token: '{{hidden.key}}' } }),
  (api) => api.registerStack({ name: 'asks', from: 'default', components: { alerter: 'asks' } }),
  (api) => api.checkReferences({ stack: 'asks' }),
  (api) => api.adoptStack({ stack: 'asks' }),
  (api) => api.resolveReferences({ stack: 'asks', components: ['alerter'] }),
  (api) => api.explainAccess({ right: 'read', kind: 'secret', name: hidden }),
  (api) => api.listAccess({ right: 'read', kind: 'secret', name: hidden }),
]

/** Uses that make a secret of the hidden name: last, since in a world where that works there is one then. */
const makingHiddenName: readonly ((api: Api) => Promise<unknown>)[] = [
  (api) => api.renameSecret({ secret: 'crm2', newName: hidden }),
  (api) => api.undeleteSecret({ secret: hidden }),
  (api) => api.undeleteSecret({ secret: 'gone', newName: hidden }),
  (api) => api.purgeSecret({ secret: hidden }),
  (api) => api.updateSecret({ secret: hidden, values: { key: textValue('v') } }),
  (api) => api.previewSecrets({ secrets: [{ name: hidden, values: {} }] }),
  (api) => api.createSecret({ name: hidden, scope: 'workspace', values: {} }),
  (api) => api.setSecrets({ secrets: [{ name: hidden, values: { key: textValue('w') } }] }),
  (api) => api.deleteSecret({ secret: hidden }),
  (api) => api.createSecret({ name: hidden, scope: 'user', values: {} }),
  (api) => api.shareSecret({ secret: hidden }),
  (api) => api.unshareSecret({ secret: hidden }),
]

test('an operation is compared, or its readers are known to learn of everything', () => {
  assert.ok(apart.length <= 16, apart.join(', '))
  assert.ok(operationNames.length - apart.length >= 55)
  for (const name of apart) assert.ok(['audit', 'store'].includes(operations[name].kind))
})

for (const [caller, { grants, seesWorkspace }] of Object.entries(callers)) {
  for (const [which, plant] of Object.entries(secrets)) {
    if (seesWorkspace && !which.startsWith('private')) continue
    test(`to the ${caller} a ${which} secret of others is as if it were not there`, async (t) => {
      const [without, withIt] = [await transcript(t, grants), await transcript(t, grants, plant)]
      assert.equal(without.length, withIt.length)
      assert.ok(without.length >= 80, `only ${String(without.length)} uses`)
      for (const [index, line] of without.entries()) assert.equal(withIt[index], line)
    })
  }
}

/** What the caller is answered, use by use, and what the database was asked for it. */
async function transcript(
  t: TestContext,
  grants: readonly Omit<GrantInput, 'principal'>[],
  plant?: (api: Api) => Promise<unknown>,
): Promise<readonly string[]> {
  const world = await openWorld(t, async ({ api }) => {
    await plant?.(api)
  })
  const { api: owner, workspaceId } = world
  const { id } = await owner.createServiceAccount({ name: 'caller' })
  for (const grant of grants) {
    world.advance(1) // ids of one millisecond come in no order
    await owner.addGrant({ principal: 'caller', ...grant })
  }
  const { service, statements } = watchedService(world)
  const caller = service.as({ principalId: id, workspaceId, osUser: '' })
  const everyOperation = operationNames
    .filter((name) => !apart.includes(name))
    .map((name): [string, (api: Api) => Promise<unknown>] => [
      name,
      (api) => calls[name](api, { ...world, api: caller }),
    ])
  const uses = [
    ...withHiddenName.map((use): [string, (api: Api) => Promise<unknown>] => [String(use), use]),
    ...everyOperation,
    ...makingHiddenName.map((use): [string, (api: Api) => Promise<unknown>] => [String(use), use]),
  ]
  const lines: string[] = []
  for (const [name, use] of uses) {
    statements.length = 0
    const answer = await use(caller).then(
      (given) => JSON.stringify(given),
      (error: unknown) => {
        assert.ok(isSottoError(error), `${name}: ${String(error)}`)
        return JSON.stringify(error)
      },
    )
    lines.push(`${name}: ${answer}\n${statements.join('\n')}`)
  }
  return numbered(lines)
}

function watchedService({ store, keyring, chain, folder }: World): {
  readonly service: ReturnType<typeof createService>
  readonly statements: string[]
} {
  const watched = watchedStore(store)
  let nowMs = Date.UTC(2026, 0, 2)
  const parts: Parameters<typeof createService>[0] = {
    store: watched.store,
    keyring,
    chain,
    clock: () => (nowMs += 1),
    random: systemRandom,
    access: storedGrants,
    flavors: [
      { type: 'orchestrator', name: 'local', builtIn: true, description: '', attributes: [] },
      { type: 'artifact-store', name: 'local', builtIn: true, description: '', attributes: [] },
    ],
    rootKeyPath: '',
    logsFolder: `${folder}/logs`,
  }
  return { service: createService(parts), statements: watched.statements }
}

/** Random texts (ids, tokens, digests, cursors) by the number of their first appearance. */
function numbered(lines: readonly string[]): readonly string[] {
  const seen = new Map<string, string>()
  const random = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|sotto_[a-z]+_\w+|[0-9a-f]{64}|(?<="cursor":")[^"]+/g
  return lines.map((line) =>
    line.replaceAll(random, (text) => {
      const known = seen.get(text) ?? `#${String(seen.size + 1)}`
      seen.set(text, known)
      return known
    }),
  )
}
