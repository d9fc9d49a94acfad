/** One use of one operation: what a handler works with. Made by the door, alive for one transaction. */
import { SottoError, operations, shown, storeKinds } from '@sotto/sdk/model'
import type { AuditEvent, Id, ObjectKind, Operation, OperationName, Right } from '@sotto/sdk/model'
import type { AuditRecord } from '../store/audit-chain.ts'
import { canonicalJson } from '../store/canonical-json.ts'
import { createId } from '../store/id.ts'
import { Rows } from '../store/rows.ts'
import type { Transaction } from '../store/store.ts'
import type { PrincipalRow, TokenRow } from '../store/principals.ts'
import { allows } from './access.ts'
import type { Access, AccessObject } from './access.ts'
import type { Actor, ServiceParts } from './parts.ts'

/** What an event tells, beside who, when and by which operation. Never a value, its length or its hash. */
export interface EventInput {
  /** Kind and name: `secret crm`, `experiment-tracker mlflow`, `stack prod`. */
  readonly object: string
  readonly objectId: Id
  readonly detail?: AuditEvent['detail']
}

export class Call {
  readonly operation: OperationName
  readonly parts: ServiceParts
  readonly tx: Transaction
  readonly rows: Rows
  readonly principal: PrincipalRow
  /** What the caller came with, if it was a token. */
  readonly token: TokenRow | undefined
  /** What the caller was granted in the workspace. */
  readonly access: Access
  readonly workspaceId: Id
  readonly osUser: string
  /** The time of everything that this call writes. UTC milliseconds. */
  readonly nowMs: number
  /** What was asked for, for the event of a refusal. */
  readonly asked: string[] = []
  #checks = 0
  readonly #events: { readonly input: EventInput; readonly written: string[] }[] = []

  constructor(input: {
    operation: OperationName
    parts: ServiceParts
    tx: Transaction
    principal: PrincipalRow
    token: TokenRow | undefined
    access: Access
    actor: Actor
  }) {
    this.operation = input.operation
    this.parts = input.parts
    this.tx = input.tx
    this.rows = new Rows(input.tx, input.parts.keyring)
    this.principal = input.principal
    this.token = input.token
    this.access = input.access
    this.workspaceId = input.actor.workspaceId
    this.osUser = input.actor.osUser
    this.nowMs = input.parts.clock()
  }

  newId(): Id {
    return createId(this.nowMs, this.parts.random)
  }

  /** The same call for another principal, for questions about what that one may do. It writes nothing. */
  async as(principal: PrincipalRow): Promise<Call> {
    const { operation, parts, tx, workspaceId, osUser } = this
    const access = (await parts.access.load(this.rows, workspaceId, [principal])).get(principal.id)
    if (access === undefined) throw new Error('no access was loaded')
    const actor = { principalId: principal.id, workspaceId, osUser }
    return new Call({ operation, parts, tx, principal, token: undefined, access, actor })
  }

  /** Notes what is asked for (`secret crm`), before it is looked up: a refusal is recorded under it. */
  ask(object: string): void {
    this.asked.push(object)
  }

  /** May the caller? Without a right, that of the operation. */
  may(object: AccessObject, right: Right = this.#declared.right): boolean {
    this.#checks += 1
    if (this.#confined && (object.ofStore === true || storeKinds.includes(object.kind))) return false
    return allows(this.access, this.principal, right, object)
  }

  /**
   * The names of the kind that the caller may describe, for SQL to filter a list by before it is cut into pages;
   * `undefined` for all. Throws `forbidden` where there is none.
   */
  visibleNames(kind: Exclude<ObjectKind, 'secret'>): readonly string[] | undefined {
    this.#checks += 1
    const names = this.access.names('describe', kind)
    if (names?.length !== 0) return names
    throw this.#forbidden({ kind, name: '*' }, 'describe')
  }

  /** As `visibleNames`, for the secrets of the workspace: beside them everybody has his own, so none is no refusal. */
  visibleSecrets(): readonly string[] | undefined {
    this.#checks += 1
    return this.access.names('describe', 'secret')
  }

  /** The right that the operation is declared with. */
  get right(): Right {
    return this.#declared.right
  }

  /**
   * Refuses with `forbidden` what the caller may not do. For objects that the caller may describe; one that may not even
   * be described looks missing: see `lookup.ts`.
   */
  require(object: AccessObject, right: Right = this.#declared.right): void {
    if (!this.may(object, right)) throw this.#forbidden(object, right)
  }

  /** Is the token for one workspace, or attempt, only? That of a service account always is, and reaches what its account does. */
  get #confined(): boolean {
    const { kind, workspace_id: workspace } = this.token ?? {}
    return kind === 'attempt' || (kind === 'user' && workspace !== null)
  }

  #forbidden(object: AccessObject, right: Right): SottoError {
    return new SottoError(
      'forbidden',
      `${this.principal.name} has no right to ${right} ${object.kind} ${shown(object.name)}`,
      {
        hint: 'ask an administrator of the workspace for it',
        details: { right, kind: object.kind },
      },
    )
  }

  /**
   * Writes an event of the operation, which commits with everything else or not at all. It lists the rows that were
   * written since the event before.
   */
  event(input: EventInput): void {
    this.#events.push({ input, written: this.rows.takeWritten() })
  }

  /** An event as the chain takes it. */
  record(outcome: AuditEvent['outcome'], { object, objectId, detail = {} }: EventInput): AuditRecord {
    return {
      occurred_at: this.nowMs,
      principal_id: this.principal.id,
      principal: this.principal.name,
      os_user: this.osUser,
      operation: this.operation,
      outcome,
      object,
      object_id: objectId,
      detail: canonicalJson(detail),
    }
  }

  /**
   * Hands the events to the chain. A handler that checked no right, or wrote no event where one is due, is a programmer's
   * mistake: nothing commits.
   */
  finish(): void {
    if (this.#checks === 0) throw new Error(`${this.operation} checked no right`)
    const rest = this.rows.takeWritten()
    const last = this.#events.at(-1)
    if (last === undefined && (this.#declared.audited || rest.length > 0))
      throw new Error(`${this.operation} wrote no audit event`)
    last?.written.push(...rest)
    for (const { input, written } of this.#events) {
      const told = written.length === 0 ? input : { ...input, detail: { ...input.detail, rows: written } }
      this.parts.chain.append(this.tx, this.record('done', told))
    }
  }

  get #declared(): Operation {
    return operations[this.operation]
  }
}
