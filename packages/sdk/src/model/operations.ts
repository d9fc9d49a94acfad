/** The table of operations: each is declared once, here; routes, rights, audit names and documents follow from it. */
import type { ObjectKind, Right } from './access.ts'
import type { Api, OperationName } from './api.ts'

/** One operation: its route, and what it takes. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** Below `/api/v1/workspaces/{workspace}`. `{secret}` is the member `secret` of the input: see `route.ts`. */
  readonly path: string
  readonly kind: ObjectKind
  readonly right: Right
  /** Does a value leave by it? Then its event is committed before. */
  readonly reveals: boolean
  /** Is its use one audit event? Every reveal and change is; descriptions are not. */
  readonly audited: boolean
}

function reads(kind: ObjectKind, path: string, method: 'GET' | 'POST' = 'GET'): Operation {
  return { method, path, kind, right: 'describe', reveals: false, audited: false }
}

function changes(kind: ObjectKind, method: Operation['method'], path: string, right: Right = 'write'): Operation {
  return { method, path, kind, right, reveals: false, audited: true }
}

/**
 * Says whether values are equal, which lets whoever can write one find another by trying: so it needs the right to read
 * both, and leaves its event, although no value leaves.
 */
function compares(kind: ObjectKind, path: string): Operation {
  return { method: 'POST', path, kind, right: 'read', reveals: false, audited: true }
}

function reveals(kind: ObjectKind, path: string): Operation {
  return { method: 'POST', path, kind, right: 'read', reveals: true, audited: true }
}

/** A missing operation is a compile error. */
export const operations: { readonly [name in keyof Api]: Operation } = {
  createSecret: changes('secret', 'POST', '/secrets'),
  setSecrets: changes('secret', 'PUT', '/secrets'),
  updateSecret: changes('secret', 'PATCH', '/secrets/{secret}'),
  renameSecret: changes('secret', 'POST', '/secrets/{secret}/rename', 'manage'),
  shareSecret: changes('secret', 'POST', '/secrets/{secret}/share'),
  unshareSecret: changes('secret', 'POST', '/secrets/{secret}/unshare'),
  rollbackSecret: changes('secret', 'POST', '/secrets/{secret}/rollback'),
  deleteSecret: changes('secret', 'DELETE', '/secrets/{secret}', 'delete'),
  undeleteSecret: changes('secret', 'POST', '/secrets/{secret}/undelete'),
  purgeSecret: changes('secret', 'POST', '/secrets/{secret}/purge', 'delete'),
  describeSecret: reads('secret', '/secrets/{secret}'),
  listSecrets: reads('secret', '/secrets'),
  listSecretVersions: reads('secret', '/secrets/{secret}/versions'),
  listSecretUses: reads('secret', '/secrets/{secret}/uses'),
  diffSecrets: compares('secret', '/secrets/diff'),
  previewSecrets: compares('secret', '/secrets/preview'),
  resolveSecrets: reveals('secret', '/secrets/resolve'),

  registerFlavor: changes('component', 'POST', '/flavors'),
  describeFlavor: reads('component', '/flavors/by-name'),
  listFlavors: reads('component', '/flavors'),

  registerComponent: changes('component', 'POST', '/components'),
  updateComponent: changes('component', 'PATCH', '/components/{component}'),
  copyComponent: changes('component', 'POST', '/components/{component}/copy'),
  renameComponent: changes('component', 'POST', '/components/{component}/rename'),
  deleteComponent: changes('component', 'DELETE', '/components/{component}', 'delete'),
  describeComponent: reads('component', '/components/{component}'),
  listComponents: reads('component', '/components'),

  registerStack: changes('stack', 'POST', '/stacks'),
  updateStack: changes('stack', 'PATCH', '/stacks/{stack}'),
  copyStack: changes('stack', 'POST', '/stacks/{stack}/copy'),
  renameStack: changes('stack', 'POST', '/stacks/{stack}/rename'),
  deleteStack: changes('stack', 'DELETE', '/stacks/{stack}', 'delete'),
  describeStack: reads('stack', '/stacks/{stack}'),
  listStacks: reads('stack', '/stacks'),
  activateStack: changes('stack', 'POST', '/stacks/{stack}/activate', 'describe'),
  updateStackSettings: changes('stack', 'PATCH', '/stacks/{stack}/settings'),
  describeStackTrust: reads('stack', '/stacks/{stack}/trust'),
  trustStack: changes('stack', 'POST', '/stacks/{stack}/trust', 'describe'),
  adoptStack: changes('stack', 'POST', '/stacks/{stack}/adopt'),

  checkReferences: reads('stack', '/references/check', 'POST'),
  resolveReferences: reveals('stack', '/references/resolve'),

  createRun: changes('run', 'POST', '/runs'),
  startAttempt: changes('run', 'POST', '/runs/{run}/attempts'),
  finishAttempt: changes('run', 'POST', '/attempts/{attempt}/finish'),
  finishRun: changes('run', 'POST', '/runs/{run}/finish'),
  appendRunLog: { ...changes('run', 'POST', '/attempts/{attempt}/log'), audited: false },
  describeRun: reads('run', '/runs/{run}'),
  listRuns: reads('run', '/runs'),
  listRunSecrets: reads('run', '/runs/{run}/secrets'),
  readRunLog: reads('run', '/runs/{run}/log'),

  whoAmI: reads('principal', '/whoami'),
  createServiceAccount: changes('principal', 'POST', '/service-accounts', 'manage'),
  updateServiceAccount: changes('principal', 'PATCH', '/service-accounts/{principal}', 'manage'),
  deleteServiceAccount: changes('principal', 'DELETE', '/service-accounts/{principal}', 'manage'),
  describePrincipal: reads('principal', '/principals/{principal}'),
  listPrincipals: reads('principal', '/principals'),
  createToken: changes('principal', 'POST', '/tokens', 'manage'),
  listTokens: reads('principal', '/tokens'),
  revokeToken: changes('principal', 'POST', '/tokens/{token}/revoke', 'manage'),
  addGrant: changes('principal', 'POST', '/grants', 'manage'),
  removeGrant: changes('principal', 'POST', '/grants/remove', 'manage'),
  listGrants: reads('principal', '/grants'),
  explainAccess: reads('principal', '/access/explain', 'POST'),
  listAccess: reads('principal', '/access/list', 'POST'),

  createTrust: changes('principal', 'POST', '/trusts', 'manage'),
  listTrusts: reads('principal', '/trusts'),
  deleteTrust: changes('principal', 'DELETE', '/trusts/{trust}', 'manage'),

  listAudit: reads('audit', '/audit'),
  verifyAudit: reads('audit', '/audit/verify', 'POST'),
  exportAudit: reads('audit', '/audit/export'),
  pruneAudit: changes('audit', 'POST', '/audit/prune', 'manage'),
  createWorkspace: changes('store', 'POST', '/workspaces', 'manage'),
  listWorkspaces: reads('principal', '/workspaces'),
  describeStore: reads('store', '/store'),
  describeKeys: reads('store', '/keys'),
  rotateKeys: changes('store', 'POST', '/keys/rotate', 'manage'),
  rewrapValues: changes('store', 'POST', '/keys/rewrap', 'manage'),
  retireKey: changes('store', 'POST', '/keys/{dataKey}/retire', 'manage'),
  destroyKey: changes('store', 'DELETE', '/keys/{dataKey}', 'manage'),
  createRecovery: changes('store', 'POST', '/keys/recovery', 'manage'),
  changeRoot: changes('store', 'POST', '/keys/root', 'manage'),
  createBackup: changes('store', 'POST', '/backups', 'manage'),
}

/** Names of all operations, in the order of the table. */
export const operationNames: readonly OperationName[] = Object.keys(operations) as OperationName[] // keys of the table are the operations

/** What code inside a step may ask: it reads secrets and descriptions of what runs need; it changes nothing and sees no audit. */
export const stepOperations: ReadonlySet<OperationName> = new Set<OperationName>([
  'resolveSecrets',
  'describeStore',
  'whoAmI',
  ...operationNames.filter((name) => {
    const { right, audited, reveals, kind } = operations[name]
    const ofRuns = kind === 'secret' || kind === 'component' || kind === 'stack' || kind === 'run'
    return ofRuns && right === 'describe' && !audited && !reveals
  }),
])

/** What the token of an attempt is good for: what its step may ask, and what its supervisor does for it. */
export const attemptOperations: ReadonlySet<OperationName> = new Set<OperationName>([
  ...stepOperations,
  'resolveReferences',
  'appendRunLog',
  'finishAttempt',
])
