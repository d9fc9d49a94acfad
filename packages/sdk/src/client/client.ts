/**
 * The friendly front of an Api: what programs write against. It adds nothing to what an Api can do; it takes and
 * gives what is pleasant to use (plain text in, values that print as `***` out, lists as async iterables).
 * It imports nothing of Node and no package, so it runs wherever an Api can be had.
 */
import type { Api } from '../model/api.ts'
import type { CheckInput, CheckReport } from '../model/check.ts'
import type {
  Component,
  ComponentInput,
  ComponentType,
  ComponentUpdate,
  ComponentWrite,
  Flavor,
} from '../model/component.ts'
import { SottoError } from '../model/error.ts'
import type { JsonObject } from '../model/json.ts'
import { shown } from '../model/names.ts'
import { everyItem } from '../model/page.ts'
import type { Page, PageQuery } from '../model/page.ts'
import type { Run, RunDetail, RunQuery, SecretRead } from '../model/run.ts'
import type {
  ReferenceUse,
  SecretDescription,
  SecretDiff,
  SecretVersion,
  SecretWrite,
  VersionSelector,
} from '../model/secret.ts'
import type { Stack, StackInput, StackUpdate } from '../model/stack.ts'
import type { ClientOptions, GetSecretOptions, RollbackOptions, ScopeOption, UndeleteOptions } from './options.ts'
import { secretUpdate, secretValues } from './secret-input.ts'
import type { NewSecret, SecretChanges, SecretFilter } from './secret-input.ts'
import { only, Secret } from './secret.ts'

/**
 * Secrets, components, stacks and runs of a workspace. A method throws a `SottoError`; beside the codes named with
 * it, any may throw those of the connection and the store (`forbidden`, `unreachable`, `store_busy`, `key_missing`
 * and the like).
 *
 * A secret or stack is named by its name or id. A name is looked up in the caller's own `user` scope first, then
 * in `workspace`, unless `scope` narrows it; names match exactly.
 */
export class Client implements AsyncDisposable {
  readonly #source: ClientOptions['api']
  readonly #close: ClientOptions['close']
  #api: Promise<Api> | undefined
  #closed = false

  constructor(options: ClientOptions) {
    this.#source = options.api
    this.#close = options.close
  }

  /** The Api itself, for what has no short form here. Throws `usage` after `close`. */
  async getApi(): Promise<Api> {
    if (this.#closed) throw new SottoError('usage', 'the client is closed', { hint: 'make another Client' })
    this.#api ??= this.#connect()
    return await this.#api
  }

  /** Ends the connection. Closing again does nothing; `await using client = new Client()` does it by itself. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#close?.()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /**
   * Creates a secret. Throws `name_invalid`, `key_invalid`, `value_invalid`, `value_too_large`, `secret_exists`.
   *
   * @example
   * await client.createSecret({ name: 'crm', values: { username: 'admin', password: 'abc123' }, plain: ['username'] })
   */
  async createSecret(secret: NewSecret): Promise<SecretDescription> {
    const api = await this.getApi()
    const written = await api.createSecret({ ...secret, values: secretValues(secret.values) })
    return written.secret
  }

  /** Creates the secret, or merges the values into the one there is; no version is made when nothing changes. Codes as `createSecret`, without `secret_exists`. */
  async setSecret(secret: NewSecret): Promise<SecretWrite> {
    const api = await this.getApi()
    const { secrets } = await api.setSecrets({ secrets: [{ ...secret, values: secretValues(secret.values) }] })
    return only(secrets)
  }

  /**
   * Reads a secret: one audit event. Throws `secret_not_found`, `key_not_found`, `version_not_found`, `secret_expired`.
   *
   * @example
   * const secret = await client.getSecret('crm', { keys: ['username', 'password'] })
   * const login = { user: secret.secretValues.username, password: secret.values.password.reveal() }
   */
  async getSecret<const K extends string = string>(
    secret: string,
    options: GetSecretOptions<K> = {},
  ): Promise<Secret<K>> {
    const api = await this.getApi()
    const { secrets } = await api.resolveSecrets({ items: [{ secret, ...options }] })
    const revealed = only(secrets)
    if (revealed.unchanged) throw new SottoError('internal', `secret ${shown(secret)} was answered without values`)
    return new Secret<K>(revealed)
  }

  /**
   * Changes a secret: merges `values` into what is there, or replaces everything with `replace`. No version is made
   * when nothing changes. Throws `secret_not_found`, `key_not_found`, `version_conflict` and the codes of `createSecret`.
   *
   * @example
   * const { secret, outcome } = await client.updateSecret('crm', { values: { password: 'abc124' }, expectVersion: 1 })
   * console.log(outcome, secret.version)
   */
  async updateSecret(secret: string, changes: SecretChanges): Promise<SecretWrite> {
    const api = await this.getApi()
    return await api.updateSecret(secretUpdate(secret, changes))
  }

  /** Gives a secret another name; its id stays. Throws `secret_not_found`, `secret_exists`, `name_invalid`. */
  async renameSecret(secret: string, newName: string, options: ScopeOption = {}): Promise<SecretDescription> {
    const api = await this.getApi()
    return await api.renameSecret({ secret, newName, ...options })
  }

  /**
   * Makes the values of an older version the newest one: a new version. Throws
   * `secret_not_found`, `version_not_found`, `version_conflict`.
   */
  async rollbackSecret(secret: string, version: number, options: RollbackOptions = {}): Promise<SecretWrite> {
    const api = await this.getApi()
    return await api.rollbackSecret({ secret, version, ...options })
  }

  /**
   * Compares two versions, of one secret or of two, by names of keys. Needs the right to read both, and leaves an event
   * for each. Throws `secret_not_found`, `version_not_found`.
   *
   * @example
   * const { added, changed, removed } = await client.diffSecrets({ secret: 'crm', version: 3 }, { secret: 'crm' })
   * console.log(added, changed, removed)
   */
  async diffSecrets(left: VersionSelector, right: VersionSelector): Promise<SecretDiff> {
    const api = await this.getApi()
    return await api.diffSecrets({ left, right })
  }

  /** Deletes a secret with all its versions; the name is free at once, and for 30 days it can be undeleted. Throws `secret_not_found`. */
  async deleteSecret(secret: string, options: ScopeOption = {}): Promise<SecretDescription> {
    const api = await this.getApi()
    return await api.deleteSecret({ secret, ...options })
  }

  /**
   * Brings back a deleted secret: by id, or the one of the name that was deleted last. Throws `secret_not_found`, and
   * `secret_exists` where its name is taken by now and no `newName` is given.
   */
  async undeleteSecret(secret: string, options: UndeleteOptions = {}): Promise<SecretDescription> {
    const api = await this.getApi()
    return await api.undeleteSecret({ secret, ...options })
  }

  /** Removes a deleted secret for good, before its 30 days are over. Throws `secret_not_found`, also for one that is not deleted. */
  async purgeSecret(secret: string, options: ScopeOption = {}): Promise<SecretDescription> {
    const api = await this.getApi()
    return await api.purgeSecret({ secret, ...options })
  }

  /** All about a secret but its values. Throws `secret_not_found`. */
  async describeSecret(secret: string, options: ScopeOption = {}): Promise<SecretDescription> {
    const api = await this.getApi()
    return await api.describeSecret({ secret, ...options })
  }

  /**
   * The secrets that the caller may describe, by name unless `sort` says otherwise; read page by page as the loop
   * goes on, and from the start by each loop.
   *
   * @example
   * for await (const secret of client.listSecrets({ namePrefix: 'crm', key: 'password', sort: '-updated' })) {
   *   console.log(secret.name, secret.keys.map((key) => key.name))
   * }
   */
  listSecrets(filter: SecretFilter = {}): AsyncIterable<SecretDescription> {
    return this.#every((api, page) => api.listSecrets({ ...filter, ...page }))
  }

  /** The versions of a secret, newest first, without values. Throws `secret_not_found` when the loop begins. */
  listSecretVersions(secret: string, options: ScopeOption = {}): AsyncIterable<SecretVersion> {
    return this.#every((api, page) => api.listSecretVersions({ secret, ...options, ...page }))
  }

  /** Where references to a secret are written. Throws `secret_not_found` when the loop begins. */
  listSecretUses(secret: string, options: ScopeOption = {}): AsyncIterable<ReferenceUse> {
    return this.#every((api, page) => api.listSecretUses({ secret, ...options, ...page }))
  }

  /** Adds a flavor of your own. Throws `flavor_exists`, `name_invalid`, `attribute_invalid`. */
  async registerFlavor(flavor: Omit<Flavor, 'builtIn'>): Promise<Flavor> {
    const api = await this.getApi()
    return await api.registerFlavor(flavor)
  }

  /** The attributes of a flavor. Throws `flavor_not_found`. */
  async describeFlavor(type: ComponentType, flavor: string): Promise<Flavor> {
    const api = await this.getApi()
    return await api.describeFlavor({ type, flavor })
  }

  /** All flavors, or those of one type. */
  async listFlavors(type?: ComponentType): Promise<readonly Flavor[]> {
    const api = await this.getApi()
    return (await api.listFlavors({ type })).flavors
  }

  /**
   * Registers a component. References in its attributes are parsed, not resolved: their secrets may come later.
   * Throws `component_exists`, `flavor_not_found`, `attribute_invalid`, `reference_malformed`, `name_invalid`.
   *
   * @example
   * await client.registerComponent({
   *   type: 'experiment-tracker',
   *   name: 'mlflow',
   *   flavor: 'mlflow',
   *   attributes: { tracking_uri: 'https://mlflow.example', tracking_password: '{{mlflow_secret.password}}' },
   * })
   */
  async registerComponent(component: ComponentInput): Promise<ComponentWrite> {
    const api = await this.getApi()
    return await api.registerComponent(component)
  }

  /** Changes attributes of a component, by name or id. Throws `component_not_found` and the codes of `registerComponent`. */
  async updateComponent(
    type: ComponentType,
    component: string,
    changes: Omit<ComponentUpdate, 'type' | 'component'>,
  ): Promise<ComponentWrite> {
    const api = await this.getApi()
    return await api.updateComponent({ ...changes, type, component })
  }

  /** Registers the same component under another name. Throws `component_not_found`, `component_exists`, `name_invalid`. */
  async copyComponent(type: ComponentType, component: string, newName: string): Promise<ComponentWrite> {
    const api = await this.getApi()
    return await api.copyComponent({ type, component, newName })
  }

  /** Gives a component another name; stacks keep it. Throws `component_not_found`, `component_exists`, `name_invalid`. */
  async renameComponent(type: ComponentType, component: string, newName: string): Promise<Component> {
    const api = await this.getApi()
    return await api.renameComponent({ type, component, newName })
  }

  /** Deletes a component. Throws `component_not_found`, and `in_use` while a stack has it. */
  async deleteComponent(type: ComponentType, component: string): Promise<Component> {
    const api = await this.getApi()
    return await api.deleteComponent({ type, component })
  }

  /** A component with its attributes: references as written, secret attributes in clear as `***`. Throws `component_not_found`. */
  async describeComponent(type: ComponentType, component: string): Promise<Component> {
    const api = await this.getApi()
    return await api.describeComponent({ type, component })
  }

  /** Components, of one type or flavor if given. */
  listComponents(
    filter: { readonly type?: ComponentType | undefined; readonly flavor?: string | undefined } = {},
  ): AsyncIterable<Component> {
    return this.#every((api, page) => api.listComponents({ ...filter, ...page }))
  }

  /**
   * Registers a stack. Throws `stack_exists`, `stack_not_found` (of `from`), `component_not_found`, `name_invalid`.
   *
   * @example
   * await client.registerStack({ name: 'prod', from: 'default', components: { 'experiment-tracker': 'mlflow' } })
   */
  async registerStack(stack: StackInput): Promise<Stack> {
    const api = await this.getApi()
    return await api.registerStack(stack)
  }

  /** Changes which components a stack has. Throws `stack_not_found`, `component_not_found`. */
  async updateStack(stack: string, changes: Omit<StackUpdate, 'stack'>): Promise<Stack> {
    const api = await this.getApi()
    return await api.updateStack({ ...changes, stack })
  }

  /** Registers the same stack under another name. Throws `stack_not_found`, `stack_exists`, `name_invalid`. */
  async copyStack(stack: string, newName: string): Promise<Stack> {
    const api = await this.getApi()
    return await api.copyStack({ stack, newName })
  }

  /** Gives a stack another name. Throws `stack_not_found`, `stack_exists`, `name_invalid`. */
  async renameStack(stack: string, newName: string): Promise<Stack> {
    const api = await this.getApi()
    return await api.renameStack({ stack, newName })
  }

  /** Deletes a stack; its components stay. Throws `stack_not_found`, and `in_use` for the active stack. */
  async deleteStack(stack: string): Promise<Stack> {
    const api = await this.getApi()
    return await api.deleteStack({ stack })
  }

  /** A stack; without a name, the active one. Throws `stack_not_found`. */
  async describeStack(stack?: string): Promise<Stack> {
    const api = await this.getApi()
    return await api.describeStack({ stack })
  }

  /** All stacks. */
  listStacks(): AsyncIterable<Stack> {
    return this.#every((api, page) => api.listStacks(page))
  }

  /** Makes a stack the one that is used where none is named. Throws `stack_not_found`. */
  async activateStack(stack: string): Promise<Stack> {
    const api = await this.getApi()
    return await api.activateStack({ stack })
  }

  /**
   * Writes settings of a stack (`TYPE.ATTRIBUTE`, or a named switch) and removes others.
   * Throws `stack_not_found`, `attribute_invalid`, `reference_malformed`.
   *
   * @example
   * await client.setStackSettings('prod', { 'experiment-tracker.experiment_name': 'churn' })
   */
  async setStackSettings(
    stack: string,
    settings: JsonObject,
    options: { readonly remove?: readonly string[] | undefined } = {},
  ): Promise<Stack> {
    const api = await this.getApi()
    return await api.updateStackSettings({ ...options, stack, settings })
  }

  /**
   * Can every reference of a stack be resolved? Reads no value, and answers for all of them at once; without a name,
   * for the active stack. Throws `stack_not_found`.
   *
   * @example
   * const report = await client.checkStack('prod')
   * for (const item of report.items) if (item.outcome !== 'ok') console.log(item.place, item.path, item.outcome, item.next)
   */
  async checkStack(stack?: string, options: Omit<CheckInput, 'stack'> = {}): Promise<CheckReport> {
    return await this.checkReferences({ ...options, stack })
  }

  /** The same for anything a run would ask: settings and declared secrets, with or without a stack. Throws `stack_not_found`. */
  async checkReferences(input: CheckInput): Promise<CheckReport> {
    const api = await this.getApi()
    return await api.checkReferences(input)
  }

  /** Runs, newest first. */
  listRuns(filter: Omit<RunQuery, 'cursor' | 'limit'> = {}): AsyncIterable<Run> {
    return this.#every((api, page) => api.listRuns({ ...filter, ...page }))
  }

  /** A run with its plan and attempts, by id or an unambiguous beginning of one. Throws `run_not_found`. */
  async describeRun(run: string): Promise<RunDetail> {
    const api = await this.getApi()
    return await api.describeRun({ run })
  }

  /** Which secret versions and keys the steps of a run have read. Throws `run_not_found`. */
  async listRunSecrets(run: string): Promise<readonly SecretRead[]> {
    const api = await this.getApi()
    return (await api.listRunSecrets({ run })).reads
  }

  #every<T>(list: (api: Api, page: PageQuery) => Promise<Page<T>>): AsyncIterable<T> {
    const pages = async (page: PageQuery): Promise<Page<T>> => list(await this.getApi(), page)
    // A new walk for each loop: a generator could be walked over only once.
    return { [Symbol.asyncIterator]: () => everyItem(pages, {}) }
  }

  async #connect(): Promise<Api> {
    try {
      return await (typeof this.#source === 'function' ? this.#source() : this.#source)
    } catch (error) {
      // What could not be opened now (a busy store) may be opened later.
      this.#api = undefined
      throw error
    }
  }
}
