/**
 * Goal: the token of an attempt is good for that attempt alone, for what its plan declares and its principal may at that
 * moment, and until it ends. Method: each refusal by the service and by a real server, with the same code; and the same
 * limits for a caller of an embedded store, who names the attempt and has no token.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createHttpApi } from '@sotto/sdk'
import { textValue } from '@sotto/sdk/model'
import type { Api, Flavor, NewAttempt, RunInput } from '@sotto/sdk/model'
import { serveService } from '../../packages/sotto/src/http/serve-service.ts'
import { openTestService, withCode } from '../../packages/sotto/src/service/testing.ts'
import type { TestService } from '../../packages/sotto/src/service/testing.ts'

type SignIn = (token: string) => Promise<Api>

interface World extends TestService {
  readonly signIn: SignIn
  /** The Api of the service account that runs, by its token. */
  readonly runner: Api
  readonly runnerToken: string
}

const flavors: readonly Flavor[] = [
  { type: 'orchestrator', name: 'local', builtIn: true, description: '', attributes: [] },
  { type: 'artifact-store', name: 'local', builtIn: true, description: '', attributes: [] },
  {
    type: 'alerter',
    name: 'pager',
    builtIn: true,
    description: '',
    attributes: [{ name: 'token', type: 'string', required: 'no', secret: true, description: '' }],
  },
]

interface Way {
  readonly signIn: SignIn
  readonly stop?: () => Promise<void>
}

const ways: { readonly [way: string]: (service: TestService) => Promise<Way> } = {
  'by the service': async ({ service }) => ({
    signIn: async (token) => service.as(await service.authenticate(token, { workspace: 'default' })),
  }),
  'over HTTP': async ({ service }) => {
    const server = await serveService({
      host: '127.0.0.1',
      port: 0,
      service,
      ready: async () => undefined,
      log: () => undefined,
      logsRequests: false,
    })
    return { signIn: async (token) => createHttpApi({ url: server.url, token }), stop: () => server.stop() }
  },
}

async function openWorld(t: TestContext, way: string): Promise<World> {
  let stop: Way['stop']
  // Before the store is closed, which the next line asks for.
  t.after(() => stop?.())
  const service = await openTestService(t, { flavors })
  const { api } = service
  for (const name of ['crm', 'erp', 'pager', 'other'])
    await api.createSecret({
      name,
      scope: 'workspace',
      values: { a: textValue(`${name}-a`), b: textValue(`${name}-b`) },
    })
  await api.registerComponent({ type: 'alerter', name: 'pager', flavor: 'pager', attributes: { token: '{{pager.a}}' } })
  await api.registerStack({ name: 'prod', from: 'default', components: { alerter: 'pager' } })
  await api.createServiceAccount({ name: 'ci' })
  // A role that reads no secret, so that the right to can be taken away.
  for (const [grant, kind] of [['viewer'], ['read', 'stack'], ['write', 'run'], ['read', 'secret']] as const)
    await api.addGrant({ principal: 'ci', grant, ...(kind === undefined ? {} : { kind }) })
  const { text } = await api.createToken({ name: 'ci', principal: 'ci' })
  const reached = await ways[way]!(service)
  const { signIn } = reached
  stop = reached.stop
  return { ...service, signIn, runner: await signIn(text), runnerToken: text }
}

function runInput(mode: 'recorded' | 'required'): RunInput {
  return {
    pipeline: 'churn',
    stack: 'prod',
    parameters: {},
    plan: {},
    level: 'SECRET_AND_KEY_EXISTS',
    requirements: {
      settings: [{ place: 'pipeline churn', settings: { 'declared-secrets': mode } }],
      secrets: [
        { place: 'step load', name: 'crm', keys: ['a'] },
        { place: 'step train', name: 'erp' },
      ],
    },
  }
}

interface Started {
  readonly run: string
  readonly attempt: NewAttempt
}

async function start(api: Api, mode: 'recorded' | 'required' = 'required', step = 'load'): Promise<Started> {
  const { id: run } = await api.createRun(runInput(mode))
  return { run, attempt: await api.startAttempt({ run, step, components: ['alerter'] }) }
}

function tokenOf({ attempt: { token } }: Started): string {
  assert.match(token ?? '', /^sotto_attempt_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$/)
  return token ?? ''
}

const declaredItem = { secret: 'crm', keys: ['a'] }

for (const way of Object.keys(ways)) {
  test(`${way}: the token of an attempt does what the attempt does, and nothing else`, async (t) => {
    const world = await openWorld(t, way)
    const started = await start(world.runner)
    const api = await world.signIn(tokenOf(started))
    const { principal, token } = await api.whoAmI({})
    assert.deepEqual([principal.name, token?.kind], ['ci', 'attempt'])
    const { components } = await api.resolveReferences({ stack: 'prod', components: ['alerter'] })
    assert.deepEqual(components[0]?.attributes, { token: 'pager-a' })
    world.advance(1)
    const { secrets } = await api.resolveSecrets({ items: [declaredItem] })
    assert.deepEqual(secrets[0]?.unchanged === false ? secrets[0].values['a'] : undefined, textValue('crm-a'))
    await api.appendRunLog({ attempt: started.attempt.id, dataBase64: 'aGk=' })
    for (const refused of [
      () => api.listTokens({}),
      () => api.createToken({ name: 'more' }),
      () => api.createSecret({ name: 'new', values: {} }),
      () => api.createRun(runInput('recorded')),
      () => api.startAttempt({ run: started.run, step: 'train' }),
      () => api.finishRun({ run: started.run, state: 'completed' }),
      () => api.listAudit({}),
    ])
      await assert.rejects(refused(), withCode('forbidden'))
    const { reads } = await world.runner.listRunSecrets({ run: started.run })
    assert.deepEqual(
      reads.map(({ secret, keys, declared }) => [secret, keys, declared]),
      [
        ['pager', ['a'], true],
        ['crm', ['a'], true],
      ],
    )
  })

  test(`${way}: another secret, key, stack text or scope than was declared is refused, or recorded as undeclared`, async (t) => {
    const world = await openWorld(t, way)
    const strict = await world.signIn(tokenOf(await start(world.runner, 'required')))
    for (const item of [{ secret: 'other' }, { secret: 'crm' }, { secret: 'crm', keys: ['b'] }, { secret: 'erp' }])
      await assert.rejects(strict.resolveSecrets({ items: [item] }), withCode('undeclared_secret'))
    // What a component refers to is for the component, and not for the step's code.
    await assert.rejects(
      strict.resolveSecrets({ items: [{ secret: 'pager', keys: ['a'] }] }),
      withCode('undeclared_secret'),
    )
    const planted = { place: 'pipeline churn', settings: { 'alerter.token': '{{other.a}}' } }
    await assert.rejects(
      strict.resolveReferences({ stack: 'prod', components: ['alerter'], settings: [planted] }),
      withCode('undeclared_secret'),
    )
    const lax = await start(world.runner, 'recorded')
    await (await world.signIn(tokenOf(lax))).resolveSecrets({ items: [{ secret: 'other', keys: ['a'] }] })
    const { reads } = await world.runner.listRunSecrets({ run: lax.run })
    assert.deepEqual(
      reads.map(({ secret, declared }) => [secret, declared]),
      [['other', false]],
    )
  })

  test(`${way}: the token is for no other attempt`, async (t) => {
    const world = await openWorld(t, way)
    const mine = await start(world.runner)
    const other = await start(world.runner, 'required', 'train')
    const api = await world.signIn(tokenOf(mine))
    const attempt = other.attempt.id
    for (const refused of [
      () => api.resolveSecrets({ items: [{ secret: 'erp' }], attempt }),
      () => api.resolveReferences({ stack: 'prod', attempt, secrets: [{ place: 'step train', name: 'erp' }] }),
      () => api.appendRunLog({ attempt, dataBase64: 'aGk=' }),
      () => api.finishAttempt({ attempt, state: 'completed' }),
    ])
      await assert.rejects(refused(), withCode('run_not_found'))
  })

  test(`${way}: the token ends with its attempt, its run, the token that began it, and its time`, async (t) => {
    const world = await openWorld(t, way)
    const { runner, signIn, advance } = world
    const dead = async (token: string): Promise<void> => {
      const use = async (): Promise<unknown> => (await signIn(token)).resolveSecrets({ items: [declaredItem] })
      await assert.rejects(use(), withCode('not_signed_in'))
    }
    const finished = await start(runner)
    const api = await signIn(tokenOf(finished))
    await api.finishAttempt({ attempt: finished.attempt.id, state: 'completed' })
    await assert.rejects(api.resolveSecrets({ items: [declaredItem] }), withCode('not_signed_in'))
    await dead(tokenOf(finished))
    const ofRun = await start(runner)
    await runner.finishRun({ run: ofRun.run, state: 'failed' })
    await dead(tokenOf(ofRun))
    const late = await start(runner)
    advance(7 * 24 * 3_600_000)
    await dead(tokenOf(late))
    const orphan = await start(runner)
    const { token } = await runner.whoAmI({})
    await world.api.revokeToken({ token: token?.id ?? '' })
    await dead(tokenOf(orphan))
  })

  test(`${way}: the token reaches no further than its principal does at that moment`, async (t) => {
    const world = await openWorld(t, way)
    const api = await world.signIn(tokenOf(await start(world.runner, 'recorded')))
    await api.resolveSecrets({ items: [declaredItem] })
    await world.api.removeGrant({ principal: 'ci', grant: 'read', kind: 'secret' })
    // It may still be described.
    await assert.rejects(api.resolveSecrets({ items: [declaredItem] }), withCode('forbidden'))
    await world.api.addGrant({ principal: 'ci', grant: 'read', kind: 'secret' })
    await api.resolveSecrets({ items: [declaredItem] })
    await world.api.updateServiceAccount({ principal: 'ci', disabled: true })
    await assert.rejects(api.resolveSecrets({ items: [declaredItem] }), withCode('not_signed_in'))
  })
}

test('in an embedded store the attempt has no token and the same limits; and nobody goes on with a run of another', async (t) => {
  const world = await openWorld(t, 'by the service')
  const { api } = world
  const started = await start(api)
  assert.equal(started.attempt.token, undefined)
  const attempt = started.attempt.id
  await api.resolveSecrets({ items: [declaredItem], attempt })
  for (const item of [{ secret: 'other' }, { secret: 'crm' }, { secret: 'pager', keys: ['a'] }])
    await assert.rejects(api.resolveSecrets({ items: [item], attempt }), withCode('undeclared_secret'))
  await assert.rejects(world.runner.startAttempt({ run: started.run, step: 'load' }), withCode('forbidden'))
  await api.finishAttempt({ attempt, state: 'completed' })
  await assert.rejects(api.resolveSecrets({ items: [declaredItem], attempt }), withCode('run_not_found'))
})
