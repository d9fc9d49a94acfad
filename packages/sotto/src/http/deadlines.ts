/** One timer for all requests under way: one for each would cost as much as parsing the request. */

interface UnderWay {
  readonly untilMs: number
  readonly late: () => void
}

export class Deadlines {
  readonly #limitMs: number
  readonly #underWay = new Set<UnderWay>()
  readonly #timer: NodeJS.Timeout

  constructor(limitMs: number) {
    this.#limitMs = limitMs
    this.#timer = setInterval(() => this.#look(), Math.min(1000, limitMs / 4))
    this.#timer.unref()
  }

  /** Calls `late` once the limit is over, unless what it gives is called before. `nowMs` is of `performance.now()`. */
  begin(nowMs: number, late: () => void): () => void {
    const entry = { untilMs: nowMs + this.#limitMs, late }
    this.#underWay.add(entry)
    return () => this.#underWay.delete(entry)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const nowMs = performance.now()
    for (const entry of this.#underWay) {
      // A set keeps the order in which they came: the others have longer.
      if (entry.untilMs > nowMs) return
      this.#underWay.delete(entry)
      entry.late()
    }
  }
}
