/**
 * Callers whom nobody knows leave one counting event per address and minute, and only so many addresses a minute have one
 * of their own: so whoever can reach the server, but has no credential, cannot fill the audit log.
 */
import { canonicalJson } from '../../store/canonical-json.ts'
import type { ServiceParts } from '../parts.ts'
import { timeText } from '../time.ts'

export const mostAddresses = 32
/** In place of the address of all that came when there were enough. */
const others = 'others'
const minuteMs = 60_000

/** As the event names it: an operation that is not one of the table, since no caller can ask for it. */
const operation = 'signIn'

export class RefusedCallers {
  readonly #parts: ServiceParts
  readonly #counts = new Map<string, number>()
  #sinceMs = 0
  #timer: NodeJS.Timeout | undefined

  constructor(parts: ServiceParts) {
    this.#parts = parts
  }

  /** Counts a caller that could not be signed in. */
  note(address: string, times = 1): void {
    if (this.#timer === undefined) {
      this.#sinceMs = this.#parts.clock()
      // A failed write is tried again with the next minute's.
      this.#timer = setTimeout(() => void this.flush().catch(() => undefined), minuteMs)
      this.#timer.unref()
    }
    const known = this.#counts.has(address) || this.#counts.size < mostAddresses
    const key = known ? address : others
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + times)
  }

  /** Writes what was counted. Codes as of a store's transaction; what could not be written is still counted then. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#counts.size === 0) return
    const counts = [...this.#counts]
    const [sinceMs, nowMs] = [this.#sinceMs, this.#parts.clock()]
    this.#counts.clear()
    try {
      await this.#write(counts, sinceMs, nowMs)
    } catch (error) {
      for (const [address, count] of counts) this.note(address, count)
      throw error
    }
  }

  async #write(counts: readonly (readonly [string, number])[], sinceMs: number, nowMs: number): Promise<void> {
    const { store, keyring, chain } = this.#parts
    await store.transaction(async (tx) => {
      await keyring.refresh(tx)
      for (const [address, count] of counts) {
        chain.append(tx, {
          occurred_at: nowMs,
          principal_id: '',
          principal: '',
          os_user: '',
          operation,
          outcome: 'refused',
          object: `caller ${address}`,
          object_id: '',
          detail: canonicalJson({ code: 'not_signed_in', count, from: timeText(sinceMs) }),
        })
      }
    })
  }
}
