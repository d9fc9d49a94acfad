/**
 * The one door to the data. Every operation goes through `enter`:
 *
 *     caller and keyring -> handler: right on what was asked for, lookup, row, event -> commit -> answer
 *
 * all in one transaction; so a value leaves only after its event is on disk. A refusal is rolled back, then recorded by
 * a work of its own. Missing and forbidden take the same way and leave the same kind of event.
 */
import { attemptOperations, isSottoError, operations, SottoError } from '@sotto/sdk/model'
import type { Api, OperationName } from '@sotto/sdk/model'
import type { Keyring } from '../keys/keyring.ts'
import type { Transaction } from '../store/store.ts'
import { Rows } from '../store/rows.ts'
import { Call } from './call.ts'
import type { Actor, ServiceParts } from './parts.ts'
import { requireSignedIn, workspaceNotFound } from './principals/signed-in.ts'

export type Input<N extends OperationName> = Parameters<Api[N]>[0]
export type Output<N extends OperationName> = Awaited<ReturnType<Api[N]>>

/** Does one operation. It awaits nothing but the transaction of its call. */
export type Handler<N extends OperationName> = (
  call: Call,
  input: Input<N>,
) => Promise<Output<N> | BeforeCommit<Output<N>> | AfterCommit<Output<N>>>

/** The handlers of some operations: each noun has such a table. */
export type Handlers<N extends OperationName> = { readonly [name in N]: Handler<name> }

/** Handlers among which some compute before their transaction. */
export type AnyHandlers<N extends OperationName> = { readonly [name in N]: Handler<name> | PreparedHandler<name> }

export interface PreparedHandlerInput<N extends OperationName> {
  /** Refuses those without the right before anything is computed for them. */
  readonly require: (call: Call) => void
  /** Gives the handler of the transaction. */
  readonly prepare: (parts: ServiceParts, input: Input<N>) => Promise<Handler<N>>
}

/** For an operation that computes for long before its transaction (argon2), which then shares its commit with no other. */
export class PreparedHandler<N extends OperationName> {
  readonly require: PreparedHandlerInput<N>['require']
  readonly prepare: PreparedHandlerInput<N>['prepare']

  constructor({ require, prepare }: PreparedHandlerInput<N>) {
    this.require = require
    this.prepare = prepare
  }
}

/**
 * For the end of an operation that needs no more of the transaction: it runs together with those of other callers, before
 * the commit, and gives the answer. What it throws undoes everything. See `Transaction.beforeCommit`.
 */
export class BeforeCommit<T> {
  readonly run: () => T

  constructor(run: () => T) {
    this.run = run
  }
}

/** For work that may not be done inside a transaction (files, long walks): runs after the commit and gives the answer. */
export class AfterCommit<T> {
  readonly run: () => Promise<T>

  constructor(run: () => Promise<T>) {
    this.run = run
  }
}

/** What a transaction of the door gives. */
interface Done<N extends OperationName> {
  result: Output<N> | BeforeCommit<Output<N>> | AfterCommit<Output<N>>
  /** The keyring at its end. */
  readonly seen: Keyring
}

export class Door {
  readonly #parts: ServiceParts
  readonly #actor: Actor

  constructor(parts: ServiceParts, actor: Actor) {
    this.#parts = parts
    this.#actor = actor
  }

  /** Runs the operation and answers once everything about it is on disk. */
  async enter<N extends OperationName>(
    operation: N,
    input: Input<N>,
    handler: Handler<N> | PreparedHandler<N>,
  ): Promise<Output<N>> {
    const { store, keyring, copy } = this.#parts
    if (operations[operation].audited) await copy?.prepare()
    let asked: readonly string[] = []
    const begin = async (tx: Transaction): Promise<Call> => {
      const call = await this.#begin(tx, operation)
      asked = call.asked
      requireInReach(call)
      return call
    }
    try {
      const alone = handler instanceof PreparedHandler
      if (alone) await store.transaction(async (tx) => handler.require(await begin(tx)))
      const handle = alone ? await handler.prepare(this.#parts, input) : handler
      const work = async (tx: Transaction): Promise<Done<N>> => {
        const call = await begin(tx)
        const result = await handle(call, input)
        call.finish()
        const done: Done<N> = { result, seen: keyring.current }
        if (result instanceof BeforeCommit) tx.beforeCommit(() => (done.result = result.run()))
        return done
      }
      const { result: answer, seen } = await store.transaction(work, { alone })
      keyring.confirm(seen)
      if (operations[operation].audited) await this.#copyEvents(operation)
      if (answer instanceof BeforeCommit) throw new Error(`${operation} was not ended`)
      return answer instanceof AfterCommit ? await answer.run() : answer
    } catch (error) {
      if (isRefusal(operation, error)) await this.#recordRefusal(operation, asked, error)
      throw error
    }
  }

  /** A change has happened, whatever becomes of its copy; but a value that leaves must be in it. */
  async #copyEvents(operation: OperationName): Promise<void> {
    try {
      await this.#parts.copy?.follow()
    } catch (error) {
      if (operations[operation].reveals) throw error
    }
  }

  async #begin(tx: Transaction, operation: OperationName): Promise<Call> {
    const parts = this.#parts
    await parts.keyring.refresh(tx)
    const rows = new Rows(tx, parts.keyring)
    const { principal, token } = await requireSignedIn(rows, this.#actor, parts.clock())
    const { workspaceId } = this.#actor
    const access = (await parts.access.load(rows, workspaceId, [principal])).get(principal.id)
    if (access?.enters !== true) throw workspaceNotFound()
    return new Call({ operation, parts, tx, principal, token, access, actor: this.#actor })
  }

  async #recordRefusal(operation: OperationName, asked: readonly string[], error: SottoError): Promise<void> {
    await this.#parts.store.transaction(async (tx) => {
      const call = await this.#begin(tx, operation)
      const object = asked.at(-1) ?? operations[operation].kind
      this.#parts.chain.append(tx, call.record('refused', { object, objectId: '', detail: { code: error.code } }))
    })
    // The refusal stands; an operation that comes behind it will not pass before the copy has it.
    await this.#parts.copy?.follow().catch(() => undefined)
  }
}

/** The token of an attempt is for what an attempt does, whatever its principal may do. */
function requireInReach({ token, operation }: Call): void {
  if (token?.kind !== 'attempt' || attemptOperations.has(operation)) return
  throw new SottoError('forbidden', `a step of a run may not do ${operation}`, {
    hint: 'a step reads secrets; change things outside of the run, with sotto or the Client',
  })
}

/**
 * Is the error a refusal, which leaves an event? What may not be done, is not there, or stands against what is there;
 * not input that is malformed in itself, nor a broken store.
 */
function isRefusal(operation: OperationName, error: unknown): error is SottoError {
  if (!isSottoError(error)) return false
  if (error.code === 'not_signed_in') return false
  return (
    error.status === 403 ||
    error.status === 404 ||
    (operations[operation].audited && (error.status === 409 || error.code === 'check_failed'))
  )
}
