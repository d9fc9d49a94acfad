/** A store with something for every operation to work on, and one use of each. */
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { textValue } from '@sotto/sdk/model'
import type { Api, Flavor, OperationName } from '@sotto/sdk/model'
import { openTestService } from '../testing.ts'
import type { TestService } from '../testing.ts'

const flavors: readonly Flavor[] = [
  { type: 'orchestrator', name: 'local', builtIn: true, description: '', attributes: [] },
  { type: 'artifact-store', name: 'local', builtIn: true, description: '', attributes: [] },
]

const trustOfCi = {
  kind: 'github',
  serviceAccount: 'ci',
  audience: 'https://sotto.example',
  claims: { repository: 'acme/churn' },
} as const

export interface World extends TestService {
  readonly run: string
  readonly attempt: string
  readonly token: string
}

/** Objects that every operation can work on, all but the secret `mine` the workspace's; `before` is done first. */
export async function openWorld(t: TestContext, before?: (service: TestService) => Promise<void>): Promise<World> {
  const service = await openTestService(t, { flavors })
  await before?.(service)
  const { api } = service
  await api.createSecret({ name: 'crm', scope: 'workspace', values: { key: textValue('v') } })
  await api.createSecret({ name: 'gone', scope: 'workspace', values: { key: textValue('v') } })
  await api.deleteSecret({ secret: 'gone' })
  await api.createSecret({ name: 'mine', scope: 'user', values: { key: textValue('v') } })
  await api.registerFlavor({
    type: 'alerter',
    name: 'pager',
    description: '',
    attributes: [{ name: 'token', type: 'string', required: 'no', secret: true, description: '' }],
  })
  await api.registerComponent({ type: 'alerter', name: 'pager', flavor: 'pager', attributes: { token: '{{crm.key}}' } })
  await api.registerComponent({ type: 'alerter', name: 'spare', flavor: 'pager', attributes: {} })
  await api.registerStack({ name: 'prod', from: 'default', components: { alerter: 'pager' } })
  await api.registerStack({ name: 'old', from: 'default', components: {} })
  const { id: run } = await api.createRun({
    pipeline: 'churn',
    stack: 'prod',
    parameters: {},
    plan: {},
    level: 'NONE',
    requirements: {},
  })
  const { id: attempt } = await api.startAttempt({ run, step: 'load' })
  await api.createServiceAccount({ name: 'ci' })
  await api.addGrant({ principal: 'ci', grant: 'read', kind: 'secret' })
  const { id: token } = await api.createToken({ name: 'first', principal: 'ci' })
  await api.createTrust({ ...trustOfCi, name: 'first' })
  return { ...service, run, attempt, token }
}

export type Calls = { readonly [name in OperationName]: (api: Api, world: World) => Promise<unknown> }

/** One use of every operation; a missing one is a compile error. */
export const calls: Calls = {
  createSecret: (api) => api.createSecret({ name: 'made', scope: 'workspace', values: {} }),
  setSecrets: (api) =>
    api.setSecrets({ secrets: [{ name: 'crm', scope: 'workspace', values: { key: textValue('w') } }] }),
  updateSecret: (api) => api.updateSecret({ secret: 'crm', values: { key: textValue('x') } }),
  renameSecret: (api) => api.renameSecret({ secret: 'crm', newName: 'crm2' }),
  shareSecret: (api) => api.shareSecret({ secret: 'mine' }),
  unshareSecret: (api) => api.unshareSecret({ secret: 'crm' }),
  rollbackSecret: (api) => api.rollbackSecret({ secret: 'crm', version: 1 }),
  undeleteSecret: (api) => api.undeleteSecret({ secret: 'gone' }),
  purgeSecret: (api) => api.purgeSecret({ secret: 'gone' }),
  diffSecrets: (api) => api.diffSecrets({ left: { secret: 'crm' }, right: { secret: 'crm', version: 1 } }),
  previewSecrets: (api) =>
    api.previewSecrets({ secrets: [{ name: 'crm', scope: 'workspace', values: { key: textValue('w') } }] }),
  deleteSecret: (api) => api.deleteSecret({ secret: 'crm' }),
  describeSecret: (api) => api.describeSecret({ secret: 'crm' }),
  listSecrets: (api) => api.listSecrets({}),
  listSecretVersions: (api) => api.listSecretVersions({ secret: 'crm' }),
  listSecretUses: (api) => api.listSecretUses({ secret: 'crm' }),
  resolveSecrets: (api) => api.resolveSecrets({ items: [{ secret: 'crm' }] }),
  registerFlavor: (api) => api.registerFlavor({ type: 'deployer', name: 'ship', description: '', attributes: [] }),
  describeFlavor: (api) => api.describeFlavor({ type: 'alerter', flavor: 'pager' }),
  listFlavors: (api) => api.listFlavors({}),
  registerComponent: (api) => api.registerComponent({ type: 'alerter', name: 'made', flavor: 'pager', attributes: {} }),
  updateComponent: (api) =>
    api.updateComponent({ type: 'alerter', component: 'pager', attributes: { token: '{{crm.other}}' } }),
  copyComponent: (api) => api.copyComponent({ type: 'alerter', component: 'pager', newName: 'copied' }),
  renameComponent: (api) => api.renameComponent({ type: 'alerter', component: 'pager', newName: 'renamed' }),
  deleteComponent: (api) => api.deleteComponent({ type: 'alerter', component: 'spare' }),
  describeComponent: (api) => api.describeComponent({ type: 'alerter', component: 'pager' }),
  listComponents: (api) => api.listComponents({}),
  registerStack: (api) => api.registerStack({ name: 'made', from: 'default', components: {} }),
  updateStack: (api) => api.updateStack({ stack: 'prod', remove: ['alerter'] }),
  copyStack: (api) => api.copyStack({ stack: 'prod', newName: 'copied' }),
  renameStack: (api) => api.renameStack({ stack: 'prod', newName: 'renamed' }),
  deleteStack: (api) => api.deleteStack({ stack: 'old' }),
  describeStack: (api) => api.describeStack({ stack: 'prod' }),
  listStacks: (api) => api.listStacks({}),
  activateStack: (api) => api.activateStack({ stack: 'prod' }),
  updateStackSettings: (api) =>
    api.updateStackSettings({ stack: 'prod', settings: { 'declared-secrets': 'required' } }),
  describeStackTrust: (api) => api.describeStackTrust({ stack: 'prod' }),
  trustStack: (api) => api.trustStack({ stack: 'prod' }),
  adoptStack: (api) => api.adoptStack({ stack: 'prod' }),
  checkReferences: (api) => api.checkReferences({ stack: 'prod' }),
  resolveReferences: (api) => api.resolveReferences({ stack: 'prod', components: ['alerter'] }),
  createRun: (api) =>
    api.createRun({ pipeline: 'churn', stack: 'prod', parameters: {}, plan: {}, level: 'NONE', requirements: {} }),
  startAttempt: (api, { run }) => api.startAttempt({ run, step: 'train' }),
  finishAttempt: (api, { attempt }) => api.finishAttempt({ attempt, state: 'completed' }),
  finishRun: async (api, { run, attempt, api: owner }) => {
    await owner.finishAttempt({ attempt, state: 'completed' })
    return api.finishRun({ run, state: 'completed' })
  },
  appendRunLog: (api, { attempt }) => api.appendRunLog({ attempt, dataBase64: 'aGk=' }),
  describeRun: (api, { run }) => api.describeRun({ run }),
  listRuns: (api) => api.listRuns({}),
  listRunSecrets: (api, { run }) => api.listRunSecrets({ run }),
  readRunLog: (api, { run }) => api.readRunLog({ run }),
  whoAmI: (api) => api.whoAmI({}),
  createServiceAccount: (api) => api.createServiceAccount({ name: 'cd' }),
  updateServiceAccount: (api) => api.updateServiceAccount({ principal: 'ci', disabled: true }),
  deleteServiceAccount: (api) => api.deleteServiceAccount({ principal: 'ci' }),
  describePrincipal: (api) => api.describePrincipal({ principal: 'ci' }),
  listPrincipals: (api) => api.listPrincipals({}),
  createToken: (api) => api.createToken({ name: 'second', principal: 'ci' }),
  listTokens: (api) => api.listTokens({ principal: 'ci' }),
  revokeToken: (api, { token }) => api.revokeToken({ token }),
  addGrant: (api) => api.addGrant({ principal: 'ci', grant: 'viewer' }),
  removeGrant: (api) => api.removeGrant({ principal: 'ci', grant: 'read', kind: 'secret' }),
  listGrants: (api) => api.listGrants({ principal: 'ci' }),
  explainAccess: (api) => api.explainAccess({ principal: 'ci', right: 'read', kind: 'secret', name: 'crm' }),
  listAccess: (api) => api.listAccess({ right: 'read', kind: 'secret', name: 'crm' }),
  createTrust: (api) => api.createTrust({ ...trustOfCi, name: 'second' }),
  listTrusts: (api) => api.listTrusts({}),
  deleteTrust: (api) => api.deleteTrust({ trust: 'first' }),
  listAudit: (api) => api.listAudit({}),
  verifyAudit: (api) => api.verifyAudit({}),
  exportAudit: (api) => api.exportAudit({}),
  pruneAudit: async (api, { api: owner }) => {
    const { events } = await owner.exportAudit({})
    const [, , event] = events
    if (event === undefined) throw new Error('the world has fewer events')
    return api.pruneAudit({ through: { epoch: event.epoch, sequence: event.sequence, head: event.hash } })
  },
  createWorkspace: (api) => api.createWorkspace({ name: 'other' }),
  listWorkspaces: (api) => api.listWorkspaces({}),
  describeStore: (api) => api.describeStore({}),
  describeKeys: (api) => api.describeKeys({}),
  rotateKeys: (api) => api.rotateKeys({}),
  rewrapValues: (api) => api.rewrapValues({}),
  retireKey: async (api, { api: owner }) => {
    const [dataKey] = (await owner.describeKeys({})).dataKeys
    await owner.rotateKeys({})
    await owner.rewrapValues({})
    return api.retireKey({ dataKey: dataKey?.id ?? '' })
  },
  destroyKey: async (api, world) => {
    const [dataKey] = (await world.api.describeKeys({})).dataKeys
    await world.api.rotateKeys({})
    await world.api.rewrapValues({})
    await world.api.retireKey({ dataKey: dataKey?.id ?? '' })
    world.advance(24 * 60 * 60 * 1000)
    return api.destroyKey({ dataKey: dataKey?.id ?? '' })
  },
  createRecovery: (api) => api.createRecovery({}),
  changeRoot: (api) => api.changeRoot({ to: 'file' }),
  createBackup: (api, { folder }) => api.createBackup({ file: join(folder, 'backup') }),
}
