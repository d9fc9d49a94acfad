/** How much of one caller may be under way at the same time, so that nobody takes everything. */
import { SottoError } from '@sotto/sdk/model'

export class Callers {
  readonly #most: number
  readonly #underWay = new Map<string, number>()

  constructor(mostForEach: number) {
    this.#most = mostForEach
  }

  /** Throws `too_many_requests`. Whoever enters must leave. */
  enter(caller: string): void {
    const count = this.#underWay.get(caller) ?? 0
    if (count >= this.#most)
      throw new SottoError('too_many_requests', `the caller has ${String(count)} requests under way, which is the most`)
    this.#underWay.set(caller, count + 1)
  }

  leave(caller: string): void {
    const count = (this.#underWay.get(caller) ?? 0) - 1
    if (count > 0) this.#underWay.set(caller, count)
    else this.#underWay.delete(caller)
  }
}
