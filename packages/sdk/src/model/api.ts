/**
 * Every operation of Sotto. The service implements it against the store for one principal, the HTTP client over
 * the wire, a step's channel for what a step may do. Methods take no caller: it is bound when the Api is made.
 */
import type { AuditEvent, AuditQuery, AuditVerification, AuditVerifyInput } from './audit.ts'
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
import type { Page, PageQuery } from './page.ts'
import type {
  Attempt,
  AttemptEnd,
  AttemptInput,
  LogAppend,
  LogPage,
  LogQuery,
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
  SecretInput,
  SecretQuery,
  SecretSelector,
  SecretUpdate,
  SecretVersion,
  SecretWrite,
} from './secret.ts'
import type { Stack, StackInput, StackSelector, StackSettingsUpdate, StackUpdate } from './stack.ts'

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

export interface Api {
  createSecret(input: SecretInput): Promise<SecretWrite>
  /** Creates or merges each, all in one transaction. */
  setSecrets(input: { readonly secrets: readonly SecretInput[] }): Promise<{ readonly secrets: readonly SecretWrite[] }>
  updateSecret(input: SecretUpdate): Promise<SecretWrite>
  renameSecret(input: SecretSelector & { readonly newName: string }): Promise<SecretDescription>
  deleteSecret(input: SecretSelector): Promise<SecretDescription>
  describeSecret(input: SecretSelector): Promise<SecretDescription>
  listSecrets(input: SecretQuery): Promise<Page<SecretDescription>>
  listSecretVersions(input: SecretSelector & PageQuery): Promise<Page<SecretVersion>>
  listSecretUses(input: SecretSelector & PageQuery): Promise<Page<ReferenceUse>>
  /** Reveals values: the one operation of a caller that does. */
  resolveSecrets(input: ResolveInput): Promise<{ readonly secrets: readonly ResolvedSecret[] }>

  registerFlavor(input: Omit<Flavor, 'builtIn'>): Promise<Flavor>
  describeFlavor(input: { readonly type: ComponentType; readonly flavor: string }): Promise<Flavor>
  listFlavors(input: { readonly type?: ComponentType | undefined }): Promise<{ readonly flavors: readonly Flavor[] }>

  registerComponent(input: ComponentInput): Promise<ComponentWrite>
  updateComponent(input: ComponentUpdate): Promise<ComponentWrite>
  copyComponent(input: ComponentSelector & { readonly newName: string }): Promise<ComponentWrite>
  renameComponent(input: ComponentSelector & { readonly newName: string }): Promise<Component>
  deleteComponent(input: ComponentSelector): Promise<Component>
  describeComponent(input: ComponentSelector): Promise<Component>
  listComponents(
    input: { readonly type?: ComponentType | undefined; readonly flavor?: string | undefined } & PageQuery,
  ): Promise<Page<Component>>

  registerStack(input: StackInput): Promise<Stack>
  updateStack(input: StackUpdate): Promise<Stack>
  copyStack(input: { readonly stack: string; readonly newName: string }): Promise<Stack>
  renameStack(input: { readonly stack: string; readonly newName: string }): Promise<Stack>
  deleteStack(input: { readonly stack: string }): Promise<Stack>
  describeStack(input: StackSelector): Promise<Stack>
  listStacks(input: PageQuery): Promise<Page<Stack>>
  activateStack(input: { readonly stack: string }): Promise<Stack>
  updateStackSettings(input: StackSettingsUpdate): Promise<Stack>

  /** Answers for every reference at once; reads no value. */
  checkReferences(input: CheckInput): Promise<CheckReport>
  /** Resolves everything an attempt needs in one batch. Refused with `check_failed` when anything is not ok. */
  resolveReferences(input: ResolveReferencesInput): Promise<ResolvedReferences>

  createRun(input: RunInput): Promise<Run>
  startAttempt(input: AttemptInput): Promise<Attempt>
  finishAttempt(input: AttemptEnd): Promise<Attempt>
  finishRun(input: RunEnd): Promise<Run>
  appendRunLog(input: LogAppend): Promise<Record<never, never>>
  describeRun(input: RunSelector): Promise<RunDetail>
  listRuns(input: RunQuery): Promise<Page<Run>>
  listRunSecrets(input: RunSelector): Promise<{ readonly reads: readonly SecretRead[] }>
  readRunLog(input: LogQuery): Promise<LogPage>

  listAudit(input: AuditQuery): Promise<Page<AuditEvent>>
  verifyAudit(input: AuditVerifyInput): Promise<AuditVerification>
  describeStore(input: Record<never, never>): Promise<StoreDescription>
}

/** Name of an operation. */
export type OperationName = keyof Api
