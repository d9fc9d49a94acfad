/**
 * The store that is attacked: everything that a store can hold, made by the real service, closed. Beside it copies of its
 * file at earlier moments, a copy that went another way (as after a restore), and a foreign store under the same root key.
 */
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { textValue } from '@sotto/sdk/model'
import type { Api, AuditCheckpoint, Id, SecretValues } from '@sotto/sdk/model'
import { openFile, plantedValue } from './service.ts'
import type { OpenOptions } from './service.ts'

export interface World {
  readonly folder: string
  /** The store's file; nobody has it open. */
  readonly path: string
  /** Its file at earlier moments, oldest first: after its first use, half way, and before the last changes. */
  readonly earlier: readonly string[]
  /** From the copy half way on, other versions with the same numbers. */
  readonly otherWay: string
  /** Another store under the same root key, with secrets of the same names. */
  readonly foreign: string
  /** Kept elsewhere, as of the end. */
  readonly checkpoint: AuditCheckpoint
  /** Kept elsewhere, as of half way. */
  readonly earlierCheckpoint: AuditCheckpoint
  readonly fingerprint: string
  readonly runs: readonly Id[]
  /** An attempt that is running. */
  readonly attempt: Id
}

/** Values of a version, each of which tells whose it is. */
function planted(place: string, keys: readonly string[]): SecretValues {
  return Object.fromEntries(keys.map((key) => [key, textValue(plantedValue(`${place}.${key}`))]))
}

const startMs = Date.UTC(2026, 0, 1)

export async function makeWorld(folder: string): Promise<World> {
  let nowMs = startMs
  const clock = (): number => (nowMs += 1000)
  const path = join(folder, 'store.db')
  const using = async <T>(file: string, options: OpenOptions, work: (api: Api) => Promise<T>): Promise<T> => {
    const opened = await openFile(file, { clock, ...options })
    try {
      return await work(opened.api)
    } finally {
      await opened.close()
    }
  }
  const keep = (name: string): string => {
    copyFileSync(path, join(folder, name))
    return join(folder, name)
  }
  await using(path, {}, async (api) => api.describeStore({}))
  const atFirst = keep('first.db')
  await using(path, {}, firstHalf)
  const { checkpoint: earlierCheckpoint } = await using(path, {}, (api) => api.verifyAudit({}))
  const halfWay = keep('half.db')
  const ran = await using(path, { osUser: 'other-process' }, secondHalf)
  const nearEnd = keep('near.db')
  await using(path, {}, lastChanges)
  const { checkpoint, fingerprint } = await using(path, {}, (api) => api.verifyAudit({}))
  copyFileSync(halfWay, join(folder, 'other.db'))
  await using(join(folder, 'other.db'), {}, otherWay)
  await using(join(folder, 'foreign.db'), {}, foreignStore)
  return {
    folder,
    path,
    earlier: [atFirst, halfWay, nearEnd],
    otherWay: join(folder, 'other.db'),
    foreign: join(folder, 'foreign.db'),
    checkpoint,
    earlierCheckpoint,
    fingerprint,
    ...ran,
  }
}

async function firstHalf(api: Api): Promise<void> {
  const keys = ['password', 'username']
  // One name in both scopes: whoever takes the inner one away must not pass the outer one off as it.
  for (const scope of ['user', 'workspace'] as const) {
    const values = planted(`${scope}-shared-1`, keys)
    await api.createSecret({ name: 'shared', scope, values, plain: ['username'], labels: { team: scope } })
  }
  await api.createSecret({
    name: 'api',
    scope: 'workspace',
    values: planted('api-1', ['password']),
    description: 'one',
  })
  await api.updateSecret({ secret: 'api', values: planted('api-2', ['password', 'token']) })
  const bytes = { encoding: 'base64', data: Buffer.from(plantedValue('many-1.bytes')).toString('base64') } as const
  await api.createSecret({
    name: 'many',
    values: { ...planted('many-1', ['a', 'b', 'c', 'd', 'e']), bytes },
    expiresAt: '2099-01-01',
  })
  await api.createSecret({ name: 'purged', values: planted('purged-1', ['password']) })
  await api.createSecret({ name: 'gone', values: planted('gone-1', keys) })
  await api.createSecret({ name: 'freed', values: planted('freed-first-1', ['password']) })
  await api.createSecret({ name: 'tracking', scope: 'workspace', values: planted('tracking-1', keys) })
  await api.registerFlavor({
    type: 'experiment-tracker',
    name: 'house',
    description: 'of the house',
    attributes: [
      { name: 'url', type: 'string', required: 'register', secret: false, description: 'where' },
      { name: 'password', type: 'string', required: 'no', secret: true, description: 'with what' },
    ],
  })
  await api.registerComponent({
    type: 'experiment-tracker',
    name: 'house',
    flavor: 'house',
    attributes: { url: 'https://one.test', password: '{{tracking.password}}' },
  })
  await api.registerComponent({
    type: 'experiment-tracker',
    name: 'mlflow',
    flavor: 'mlflow',
    attributes: { tracking_uri: 'https://two.test', tracking_username: '{{shared.username}}' },
    labels: { team: 'one' },
  })
  await api.registerStack({ name: 'staging', from: 'default', components: { 'experiment-tracker': 'house' } })
  await api.activateStack({ stack: 'staging' })
}

async function secondHalf(api: Api): Promise<{ runs: readonly Id[]; attempt: Id }> {
  await api.updateSecret({ secret: 'api', values: planted('api-3', ['password', 'extra']), description: 'three' })
  await api.updateSecret({ secret: 'api', remove: ['extra'] })
  await api.updateSecret({ secret: 'shared', scope: 'user', values: planted('user-shared-2', ['password']) })
  await api.updateSecret({ secret: 'many', values: planted('many-2', ['a', 'b']) })
  await api.updateSecret({ secret: 'tracking', values: planted('tracking-2', ['password']) })
  await api.deleteSecret({ secret: 'gone' })
  await api.deleteSecret({ secret: 'purged' })
  await api.purgeSecret({ secret: 'purged' })
  await api.renameSecret({ secret: 'freed', newName: 'renamed' })
  await api.createSecret({ name: 'freed', values: planted('freed-second-1', ['password']) })
  await api.registerStack({ name: 'prod', from: 'default', components: { 'experiment-tracker': 'house' } })
  const settings = { 'declared-secrets': 'required', 'experiment-tracker.url': 'https://{{shared.username}}.test' }
  await api.updateStackSettings({ stack: 'prod', settings })
  await api.activateStack({ stack: 'prod' })
  await api.describeSecret({ secret: 'nowhere' }).catch(() => undefined) // leaves a refusal
  const runs = [await oneRun(api, 'completed'), await oneRun(api, 'running')]
  return { runs: runs.map(({ run }) => run), attempt: runs[1]!.attempt }
}

async function oneRun(api: Api, end: 'completed' | 'running'): Promise<{ run: Id; attempt: Id }> {
  const { id: run } = await api.createRun({
    pipeline: 'churn',
    stack: 'prod',
    parameters: { lr: 0.1 },
    plan: { format: 1, nodes: [] },
    level: 'SECRET_AND_KEY_EXISTS',
    requirements: {
      settings: [{ place: 'pipeline churn', settings: { 'declared-secrets': 'recorded' } }],
      secrets: [{ place: 'step load', name: 'api' }],
    },
  })
  const first = await api.startAttempt({ run, step: 'load' })
  await api.finishAttempt({ attempt: first.id, state: 'failed', error: 'no luck', exitCode: 1 })
  const { id: attempt } = await api.startAttempt({ run, step: 'load' })
  await api.resolveSecrets({ items: [{ secret: 'api' }, { secret: 'shared', keys: ['password'] }], attempt })
  await api.appendRunLog({ attempt, dataBase64: Buffer.from('a line\n').toString('base64') })
  if (end === 'running') return { run, attempt }
  const output = (name: string) => ({ name, digest: `sha256:${name.repeat(64)}`, sizeBytes: 3, codec: 'json' }) as const // 64 hex digits where the name is one
  await api.finishAttempt({ attempt, state: 'completed', exitCode: 0, outputs: [output('a'), output('b')] })
  await api.finishRun({ run, state: 'completed' })
  return { run, attempt }
}

async function lastChanges(api: Api): Promise<void> {
  await api.updateSecret({ secret: 'api', labels: { kind: 'door' } })
  await api.updateComponent({
    type: 'experiment-tracker',
    component: 'house',
    attributes: { password: '{{shared.password}}' },
  })
  await api.updateStackSettings({ stack: 'prod', remove: ['declared-secrets'] })
  await api.registerComponent({ type: 'orchestrator', name: 'short', flavor: 'local', attributes: {} })
  await api.deleteComponent({ type: 'orchestrator', component: 'short' })
  await api.trustStack({ stack: 'prod' })
  await principals(api)
}

/** Service accounts that act, are disabled and were deleted, with tokens that are good and void. */
async function principals(api: Api): Promise<void> {
  await api.createServiceAccount({ name: 'ci', description: 'builds', labels: { team: 'one' } })
  await api.createServiceAccount({ name: 'off' })
  await api.createServiceAccount({ name: 'left' })
  for (const principal of ['ci', 'off', 'left', 'local']) await api.createToken({ name: `of-${principal}`, principal })
  const { id: token } = await api.createToken({ name: 'void', principal: 'ci' })
  await api.revokeToken({ token })
  await api.addGrant({ principal: 'ci', grant: 'runner' })
  await api.addGrant({ principal: 'ci', grant: 'write', kind: 'secret', name: 'api*' })
  await api.addGrant({ principal: 'off', grant: 'describe', kind: 'audit', everywhere: true })
  for (const serviceAccount of ['ci', 'off', 'left'])
    await api.createTrust({
      name: `of-${serviceAccount}`,
      kind: 'github',
      serviceAccount,
      audience: 'https://sotto.example',
      claims: { repository: 'acme/churn', ref: 'refs/heads/*' },
    })
  await api.createTrust({
    name: 'with-keys',
    kind: 'kubernetes',
    serviceAccount: 'ci',
    issuer: 'https://kubernetes.default.svc',
    audience: 'https://sotto.example',
    claims: { namespace: 'ml', serviceaccount: 'train' },
    keySet: '{"keys":[{"kty":"OKP"}]}',
  })
  await api.updateServiceAccount({ principal: 'off', disabled: true })
  await api.deleteServiceAccount({ principal: 'left' })
}

async function otherWay(api: Api): Promise<void> {
  await api.updateSecret({ secret: 'api', values: planted('api-other-3', ['password', 'extra']) })
  await api.updateSecret({ secret: 'api', values: planted('api-other-4', ['password']) })
  await api.updateSecret({ secret: 'many', values: planted('many-other-2', ['a', 'b']) })
  await api.createSecret({ name: 'freed-too', values: planted('freed-too-1', ['password']) })
}

async function foreignStore(api: Api): Promise<void> {
  await api.createSecret({ name: 'api', scope: 'workspace', values: planted('foreign-api-1', ['password']) })
  await api.createSecret({ name: 'shared', values: planted('foreign-shared-1', ['password', 'username']) })
}
