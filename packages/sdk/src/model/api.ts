/**
 * Every operation of Sotto. The service implements it against the store for one principal, the HTTP client over
 * the wire, a step's channel for what a step may do. Methods take no caller: it is bound when the Api is made.
 */
import type { AccessAnswer, AccessQuestion, Grant, GrantInput, GrantQuery } from './access.ts'
import type {
  AuditEvent,
  AuditExport,
  AuditExportQuery,
  AuditPruned,
  AuditPruneInput,
  AuditQuery,
  AuditVerification,
  AuditVerifyInput,
} from './audit.ts'
import type { Backup, BackupInput } from './backup.ts'
import type { CheckInput, CheckReport, ResolvedReferences, ResolveReferencesInput } from './check.ts'
import type {
  Component,
  ComponentInput,
  ComponentSelector,
  ComponentType,
  ComponentUpdate,
  ComponentWrite,
  Flavor,
} from './component.ts'
import type {
  ChangedRootKey,
  DataKey,
  DataKeySelector,
  KeysDescription,
  KeysExpectation,
  KeysRotation,
  NewRecoveryCode,
  Rewrap,
  RewrapInput,
  RootKeyChange,
} from './keys.ts'
import type { Id } from './names.ts'
import type { Page, PageQuery } from './page.ts'
import type {
  NewToken,
  Principal,
  PrincipalQuery,
  PrincipalSelector,
  ServiceAccountInput,
  ServiceAccountUpdate,
  Token,
  TokenInput,
  TokenQuery,
  WhoAmI,
} from './principal.ts'
import type {
  Attempt,
  AttemptEnd,
  AttemptInput,
  LogAppend,
  LogPage,
  LogQuery,
  NewAttempt,
  Run,
  RunDetail,
  RunEnd,
  RunInput,
  RunQuery,
  RunSelector,
  SecretRead,
} from './run.ts'
import type {
  ReferenceUse,
  ResolvedSecret,
  ResolveInput,
  SecretDescription,
  SecretDiff,
  SecretInput,
  SecretPreview,
  SecretQuery,
  SecretSelector,
  SecretSet,
  SecretUpdate,
  SecretVersion,
  SecretWrite,
  VersionSelector,
} from './secret.ts'
import type {
  Stack,
  StackInput,
  StackSelector,
  StackSettingsUpdate,
  StackTrust,
  StackTrustInput,
  StackUpdate,
} from './stack.ts'
import type { Trust, TrustInput, TrustQuery } from './trust.ts'
import type { Workspace } from './workspace.ts'

/** Who the caller is and which store answers. */
export interface StoreDescription {
  readonly storeId: string
  readonly workspace: string
  readonly principal: string
  readonly schemaVersion: number
  /** Where the store lies, in words: a path or an address without credentials. */
  readonly place: string
  /** Where the root key came from, in words: never the key. */
  readonly rootKey: string
  readonly auditFingerprint: string
}

/** All operations, each a question and its answer. */
export interface Api {
  /** Creates a secret with its first version. Codes: `name_invalid`, `key_invalid`, `value_invalid`, `value_too_large`, `secret_exists`. */
  createSecret(input: SecretInput): Promise<SecretWrite>
  /** Creates or merges each, all in one transaction. Codes as `createSecret`; `secret_exists` and `version_conflict` where a version is expected. */
  setSecrets(input: { readonly secrets: readonly SecretSet[] }): Promise<{ readonly secrets: readonly SecretWrite[] }>
  /** What `setSecrets` would do, by names of keys. Needs the right to read what is there. Codes as `setSecrets`. */
  previewSecrets(input: {
    readonly secrets: readonly SecretInput[]
  }): Promise<{ readonly secrets: readonly SecretPreview[] }>
  /** Changes a secret; makes a version only where something changes. Codes: `secret_not_found`, `key_not_found`, `version_conflict`, and those of values. */
  updateSecret(input: SecretUpdate): Promise<SecretWrite>
  /** Gives a secret another name, which may change who sees it: so it takes the right to manage it. Its id stays. Codes: `secret_not_found`, `secret_exists`, `name_invalid`. */
  renameSecret(input: SecretSelector & { readonly newName: string }): Promise<SecretDescription>
  /**
   * Moves a secret of the caller's own scope into the workspace, with all its versions, so that all who may read the name
   * there read it. Needs the right to write that name. Its id stays. Codes: `secret_not_found`, `secret_exists`.
   */
  shareSecret(input: { readonly secret: string }): Promise<SecretDescription>
  /** Moves a shared secret back into the scope of the caller, who must own it, and read and write it. Codes: `secret_not_found`, `secret_exists`. */
  unshareSecret(input: { readonly secret: string }): Promise<SecretDescription>
  /** Makes the values of an older version the newest version. Codes: `secret_not_found`, `version_not_found`, `version_conflict`. */
  rollbackSecret(
    input: SecretSelector & { readonly version: number; readonly expectVersion?: number | undefined },
  ): Promise<SecretWrite>
  /** Deletes a secret with its versions, to be undeleted for 30 days; answers with what was deleted. Codes: `secret_not_found`. */
  deleteSecret(input: SecretSelector): Promise<SecretDescription>
  /** Brings back a deleted secret, by id, or the latest deleted one of the name. Codes: `secret_not_found`, `secret_exists`, `name_invalid`. */
  undeleteSecret(input: SecretSelector & { readonly newName?: string | undefined }): Promise<SecretDescription>
  /** Removes a deleted secret for good: its versions and sealed values; what was read of it stays told. Codes: `secret_not_found`. */
  purgeSecret(input: SecretSelector): Promise<SecretDescription>
  /** All about a secret but its values. Codes: `secret_not_found`. */
  describeSecret(input: SecretSelector): Promise<SecretDescription>
  /** The secrets that the caller may describe. */
  listSecrets(input: SecretQuery): Promise<Page<SecretDescription>>
  /** The versions of a secret, newest first, without values. Codes: `secret_not_found`. */
  listSecretVersions(input: SecretSelector & PageQuery): Promise<Page<SecretVersion>>
  /** Where references to a secret are written. Codes: `secret_not_found`. */
  listSecretUses(input: SecretSelector & PageQuery): Promise<Page<ReferenceUse>>
  /** Compares two versions, of one secret or of two, by names of keys. Codes: `secret_not_found`, `version_not_found`. */
  diffSecrets(input: { readonly left: VersionSelector; readonly right: VersionSelector }): Promise<SecretDiff>
  /** Reveals values: the one operation of a caller that does. At most 1,000 items, and 64 MiB of values together. Codes: `secret_not_found`, `key_not_found`, `version_not_found`, `secret_expired`, `input_invalid`, `value_too_large`. */
  resolveSecrets(input: ResolveInput): Promise<{ readonly secrets: readonly ResolvedSecret[] }>

  /** Adds a flavor of the user. Codes: `flavor_exists`, `name_invalid`, `attribute_invalid`. */
  registerFlavor(input: Omit<Flavor, 'builtIn'>): Promise<Flavor>
  /** A flavor with its attributes. Codes: `flavor_not_found`. */
  describeFlavor(input: { readonly type: ComponentType; readonly flavor: string }): Promise<Flavor>
  /** All flavors, or those of one type. */
  listFlavors(input: { readonly type?: ComponentType | undefined }): Promise<{ readonly flavors: readonly Flavor[] }>

  /** Registers a component; references are parsed, not resolved. Codes: `component_exists`, `flavor_not_found`, `attribute_invalid`, `reference_malformed`, `name_invalid`. */
  registerComponent(input: ComponentInput): Promise<ComponentWrite>
  /** Merges and removes attributes. Codes: `component_not_found` and those of `registerComponent`. */
  updateComponent(input: ComponentUpdate): Promise<ComponentWrite>
  /** Registers the same component under another name. Codes: `component_not_found`, `component_exists`, `name_invalid`. */
  copyComponent(input: ComponentSelector & { readonly newName: string }): Promise<ComponentWrite>
  /** Gives a component another name; stacks keep it. Codes: `component_not_found`, `component_exists`, `name_invalid`. */
  renameComponent(input: ComponentSelector & { readonly newName: string }): Promise<Component>
  /** Deletes a component; answers with what was deleted. Codes: `component_not_found`, and `in_use` while a stack has it. */
  deleteComponent(input: ComponentSelector): Promise<Component>
  /** A component: references as written, secret attributes in clear as `***`. Codes: `component_not_found`. */
  describeComponent(input: ComponentSelector): Promise<Component>
  /** Components, of one type or flavor if given. */
  listComponents(
    input: { readonly type?: ComponentType | undefined; readonly flavor?: string | undefined } & PageQuery,
  ): Promise<Page<Component>>

  /** Registers a stack. Codes: `stack_exists`, `stack_not_found` (of `from`), `component_not_found`, `name_invalid`. */
  registerStack(input: StackInput): Promise<Stack>
  /** Changes which components a stack has. Codes: `stack_not_found`, `component_not_found`. */
  updateStack(input: StackUpdate): Promise<Stack>
  /** Registers the same stack under another name. Codes: `stack_not_found`, `stack_exists`, `name_invalid`. */
  copyStack(input: { readonly stack: string; readonly newName: string }): Promise<Stack>
  /** Gives a stack another name. Codes: `stack_not_found`, `stack_exists`, `name_invalid`. */
  renameStack(input: { readonly stack: string; readonly newName: string }): Promise<Stack>
  /** Deletes a stack; its components stay. Codes: `stack_not_found`, and `in_use` for the active stack. */
  deleteStack(input: { readonly stack: string }): Promise<Stack>
  /** A stack; the active one where none is named. Codes: `stack_not_found`. */
  describeStack(input: StackSelector): Promise<Stack>
  /** All stacks. */
  listStacks(input: PageQuery): Promise<Page<Stack>>
  /** Makes a stack the one that is used where none is named. Codes: `stack_not_found`. */
  activateStack(input: { readonly stack: string }): Promise<Stack>
  /** Writes and removes settings of a stack. Codes: `stack_not_found`, `attribute_invalid`, `reference_malformed`. */
  updateStackSettings(input: StackSettingsUpdate): Promise<Stack>

  /** Who wrote the texts of a stack, and whether the caller accepts them. Codes: `stack_not_found`, `component_not_found`. */
  describeStackTrust(input: StackSelector): Promise<StackTrust>
  /**
   * Lets the secrets of the caller's own scope resolve in the texts of a stack as they are now, whoever wrote them; any edit
   * asks again. Codes: `stack_not_found`, `component_not_found`, `version_conflict`.
   */
  trustStack(input: StackTrustInput): Promise<StackTrust>
  /**
   * Makes the caller the author of all texts of a stack, so that the secrets resolve in them that he may read. It takes the
   * right to write them, and to read each secret of the workspace that they refer to. Codes: `stack_not_found`,
   * `component_not_found`, `forbidden`, `version_conflict`.
   */
  adoptStack(input: StackTrustInput): Promise<StackTrust>

  /** Answers for every reference at once; reads no value. Codes: `stack_not_found`. */
  checkReferences(input: CheckInput): Promise<CheckReport>
  /** Resolves everything an attempt needs in one batch. Refused with `check_failed` when anything is not ok. */
  resolveReferences(input: ResolveReferencesInput): Promise<ResolvedReferences>

  /** Begins the record of a run. Codes: `stack_not_found`. */
  createRun(input: RunInput): Promise<Run>
  /** Begins the record of one try of a step. Codes: `run_not_found`. */
  startAttempt(input: AttemptInput): Promise<NewAttempt>
  /** Ends the record of an attempt. Codes: `run_not_found`. */
  finishAttempt(input: AttemptEnd): Promise<Attempt>
  /** Ends the record of a run. Codes: `run_not_found`. */
  finishRun(input: RunEnd): Promise<Run>
  /** Adds redacted output to the log of an attempt. Codes: `run_not_found`. */
  appendRunLog(input: LogAppend): Promise<Record<never, never>>
  /** A run with its plan and attempts. Codes: `run_not_found`. */
  describeRun(input: RunSelector): Promise<RunDetail>
  /** Runs, newest first. */
  listRuns(input: RunQuery): Promise<Page<Run>>
  /** Which secret versions and keys the attempts of a run have read. Codes: `run_not_found`. */
  listRunSecrets(input: RunSelector): Promise<{ readonly reads: readonly SecretRead[] }>
  /** The log of a run from a place on; empty while there is nothing more. Codes: `run_not_found`. */
  readRunLog(input: LogQuery): Promise<LogPage>

  /** Who the caller is. */
  whoAmI(input: Record<never, never>): Promise<WhoAmI>
  /** Makes a service account in the workspace. Codes: `name_invalid`, `principal_exists`. */
  createServiceAccount(input: ServiceAccountInput): Promise<Principal>
  /** Describes, disables or enables a service account. Codes: `principal_not_found`. */
  updateServiceAccount(input: ServiceAccountUpdate): Promise<Principal>
  /** Deletes a service account and revokes its tokens; what it wrote stays, with its name. Codes: `principal_not_found`. */
  deleteServiceAccount(input: { readonly principal: string }): Promise<Principal>
  /** A principal; the caller where none is named. Codes: `principal_not_found`. */
  describePrincipal(input: PrincipalSelector): Promise<Principal>
  /** Users, and service accounts of the workspace, that the caller may describe. */
  listPrincipals(input: PrincipalQuery): Promise<Page<Principal>>
  /**
   * Makes a token for the caller, or for a principal that the caller manages: who can make one can act as it. Its text
   * is shown this once. Codes: `principal_not_found`, `name_invalid`, `input_invalid`, `forbidden`.
   */
  createToken(input: TokenInput): Promise<NewToken>
  /** Tokens of the caller, or of a principal that the caller manages, newest first. Codes: `principal_not_found`. */
  listTokens(input: TokenQuery): Promise<Page<Token>>
  /** Makes a token void, and with it those that were made with it. Codes: `token_not_found`. */
  revokeToken(input: { readonly token: Id }): Promise<Token>

  /**
   * Grants a right or a role. It takes the right to manage what it is about, and every right that is granted: nobody grants
   * more than he has. Codes: `principal_not_found`, `input_invalid`, `forbidden`.
   */
  addGrant(input: GrantInput): Promise<Grant>
  /** Takes it back; it takes the right to manage what it is about. Codes: `principal_not_found`, `grant_not_found`, `forbidden`. */
  removeGrant(input: GrantInput): Promise<Grant>
  /** The caller's own grants; whoever manages principals sees all of the workspace and those everywhere. */
  listGrants(input: GrantQuery): Promise<Page<Grant>>
  /** May the principal do it, and why? About others it takes the right to manage the object. Codes: `principal_not_found`, `forbidden`. */
  explainAccess(input: AccessQuestion & PrincipalSelector): Promise<AccessAnswer>
  /** Who may do it, and why. It takes the right to manage the object. Codes: `forbidden`. */
  listAccess(input: AccessQuestion): Promise<{ readonly principals: readonly AccessAnswer[] }>
  /** Lets identity tokens of an issuer sign in as a service account. Codes: `trust_exists`, `principal_not_found`, `name_invalid`, `input_invalid` for one that would let in more than somebody. */
  createTrust(input: TrustInput): Promise<Trust>
  /** All trusts of the workspace, or those of one service account. Codes: `principal_not_found`. */
  listTrusts(input: TrustQuery): Promise<{ readonly trusts: readonly Trust[] }>
  /** Takes a trust away, and makes void what it gave. Codes: `trust_not_found`. */
  deleteTrust(input: { readonly trust: string }): Promise<Trust>

  /** Makes a workspace, with the stack `default`. Codes: `name_invalid`, `workspace_exists`. */
  createWorkspace(input: { readonly name: string }): Promise<Workspace>
  /** The workspaces in which the caller has a right, by name. */
  listWorkspaces(input: Record<never, never>): Promise<{ readonly workspaces: readonly Workspace[] }>

  /** Events of the audit chain, newest first. */
  listAudit(input: AuditQuery): Promise<Page<AuditEvent>>
  /** Walks the audit chain and says whether it holds. */
  verifyAudit(input: AuditVerifyInput): Promise<AuditVerification>
  /** Events with all that their hashes cover, oldest first, to be kept and verified elsewhere. */
  exportAudit(input: AuditExportQuery): Promise<AuditExport>
  /** Removes old events, leaving a signed place from which the chain goes on. Codes: `input_invalid` for a place that is none of the chain, `audit_broken`. */
  pruneAudit(input: AuditPruneInput): Promise<AuditPruned>
  /** Which store answers, and who the caller is to it. */
  describeStore(input: Record<never, never>): Promise<StoreDescription>

  /** Which keys open the store, and how much lies under each data key. No key itself. */
  describeKeys(input: Record<never, never>): Promise<KeysDescription>
  /** Makes a new data key, which seals from now on; the others open only. Codes: `keyring_conflict`. */
  rotateKeys(input: KeysExpectation): Promise<KeysRotation>
  /** Seals values anew that lie under older data keys, some in each call; repeat it with `after` as long as there is a `next`. */
  rewrapValues(input: RewrapInput): Promise<Rewrap>
  /** Retires a data key under which nothing lies. Codes: `data_key_not_found`, `in_use`. */
  retireKey(input: DataKeySelector): Promise<DataKey>
  /** Removes a data key that was retired a day ago, for ever. Codes: `data_key_not_found`, `in_use`. */
  destroyKey(input: DataKeySelector): Promise<DataKey>
  /** Makes a recovery code, in place of one that is there: it opens the store when the root key is lost. Codes: `keyring_conflict`. */
  createRecovery(input: KeysExpectation): Promise<NewRecoveryCode>
  /**
   * Changes the root key, or with `compromised` every key. Codes: `keyring_conflict`, `input_invalid`, `file_exists` (another
   * store's key is in the way), `key_missing` (it cannot be written), `key_malformed`, `audit_broken`, `row_altered`.
   */
  changeRoot(input: RootKeyChange): Promise<ChangedRootKey>
  /**
   * Writes a backup of the whole store into a file on the machine of the store, while others go on writing. It holds no
   * root key. Codes: `input_invalid`, `file_exists`, `file_unreadable` (it cannot be written), `unsupported`.
   */
  createBackup(input: BackupInput): Promise<Backup>
}

/** Name of an operation. */
export type OperationName = keyof Api
