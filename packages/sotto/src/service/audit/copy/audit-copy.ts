/**
 * A copy of the audit log outside of the store, in a file or given to a command, which grows with the chain. An event is
 * written there after its commit and before the answer leaves: what the copy holds did happen, and
 *
 *     before an audited operation   where the copy is behind, it is brought up first; else nothing is done or revealed
 *     behind the commit of it       the copy follows; where it cannot, a value does not leave
 *
 * so at most the event of one change, or of one reveal that did not leave, waits for the copy to work again.
 */
import type { CopyTarget } from './copy-target.ts'

export class AuditCopy {
  readonly #target: CopyTarget
  #isBehind = true
  #running: Promise<void> | undefined
  #next: Promise<void> | undefined

  constructor(target: CopyTarget) {
    this.#target = target
  }

  /** Before an operation: is everything copied, as far as this process knows? Code: `audit_copy_failed`. */
  async prepare(): Promise<void> {
    if (this.#isBehind) await this.follow()
  }

  /** Everything that was committed before this call is copied behind it. Calls share the work. Code: `audit_copy_failed`. */
  follow(): Promise<void> {
    if (this.#running === undefined) return this.#start()
    this.#next ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined
        return this.#start()
      })
    return this.#next
  }

  /** Waits for what is being copied. */
  async close(): Promise<void> {
    await this.#running?.catch(() => undefined)
    this.#target.close()
  }

  #start(): Promise<void> {
    const running = this.#bring().finally(() => {
      this.#running = undefined
    })
    this.#running = running
    return running
  }

  async #bring(): Promise<void> {
    try {
      await this.#target.bring()
      this.#isBehind = false
    } catch (error) {
      this.#isBehind = true
      throw error
    }
  }
}
