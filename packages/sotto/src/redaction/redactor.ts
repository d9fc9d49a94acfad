import { createHash } from 'node:crypto'
import { Automaton } from './automaton.ts'
import { MIN_VALUE_BYTES, valueForms } from './forms.ts'
import { PatternList } from './pattern-list.ts'
import { concatBytes, MaskingStream, type RedactionStream } from './stream.ts'

export type { RedactionStream }

/*
 * Output of steps, and texts of errors, pass through here before anybody sees them. It is a net
 * against accidents: a step that wants to print a value can always write it in a form that is not
 * listed in forms.ts.
 *
 * Masked is every byte that belongs to an occurrence of a form, and not the leftmost longest
 * occurrences only: of two values that overlap in a text, the end of the second would stay.
 *
 * Values come one by one while streams are open, and an automaton cannot grow. So there are several,
 * each of at least twice the patterns of the next (the logarithmic method of Bentley and Saxe, 1980):
 * a form is built into an automaton at most about log2(values) times. Searching with several takes
 * longer; when as much was searched as a build is worth, they become one.
 */

/** How many bytes can be searched in the time that it takes to build one byte of pattern in. */
const SEARCH_BYTES_PER_BUILT_BYTE = 32

/** Secret values that are masked, with their encoded forms. Values may be added while streams are open. */
export class Redactor {
  private readonly mask: Uint8Array
  private readonly digests = new Set<string>()
  private readonly refused = new Set<string>()
  private waiting = new PatternList()
  private built: readonly Automaton[] = []
  private searchedBytes = 0

  /** `mask` replaces a value; `***` when not given. */
  constructor(options: { mask?: string } = {}) {
    this.mask = Buffer.from(options.mask ?? '***')
  }

  /** How many different values are masked. */
  get size(): number {
    return this.digests.size
  }

  /** The labels of values that are too short to be masked, for a warning. */
  get unmaskedLabels(): readonly string[] {
    return [...this.refused]
  }

  /**
   * Registers a value (text or bytes). A value under six bytes is not masked: returns `false`, and
   * `label`, the name of the value such as `crm.password`, is kept in `unmaskedLabels`.
   */
  add(value: string | Uint8Array, label?: string): boolean {
    const bytes = Buffer.from(value)
    if (bytes.length < MIN_VALUE_BYTES) {
      if (label !== undefined) this.refused.add(label)
      return false
    }
    const digest = createHash('sha256').update(bytes).digest('base64')
    if (this.digests.has(digest)) return true
    this.digests.add(digest)
    for (const form of valueForms(bytes)) this.waiting.append(form)
    return true
  }

  /** Masks a whole text (errors, names, parameters). The same text comes back where no value is in it. */
  redact(text: string): string {
    const bytes = Buffer.from(text)
    const masked = this.redactBytes(bytes)
    return bytes.equals(masked) ? text : Buffer.from(masked).toString()
  }

  /**
   * Masks a whole sequence of bytes. Unlike a stream it is taken to be complete: a beginning of a
   * value at its end stays, or `cannot reach postgres` would lose its last word to each value
   * `postgres://…`.
   */
  redactBytes(bytes: Uint8Array): Uint8Array {
    const stream = this.maskingStream()
    return concatBytes([stream.write(bytes), stream.finish()])
  }

  /** A stream: push chunks in, get masked bytes out; holds back only what may be the beginning of a value. */
  stream(): RedactionStream {
    return this.maskingStream()
  }

  private maskingStream(): MaskingStream {
    return new MaskingStream({ mask: this.mask, automata: (upcomingBytes) => this.automata(upcomingBytes) })
  }

  private automata(upcomingBytes: number): readonly Automaton[] {
    if (this.waiting.count > 0) {
      this.built = this.buildIn(this.waiting, (larger, fresh) => larger.totalBytes < 2 * fresh.totalBytes)
      this.waiting = new PatternList()
      this.searchedBytes = 0
    } else if (this.built.length > 1) {
      this.searchedBytes += upcomingBytes
      const patternBytes = this.built.reduce((sum, automaton) => sum + automaton.patterns.totalBytes, 0)
      if (this.searchedBytes >= patternBytes * SEARCH_BYTES_PER_BUILT_BYTE) {
        this.built = this.buildIn(new PatternList(), () => true)
      }
    }
    return this.built
  }

  /** Adds one automaton of the fresh patterns and those of the automata that `joins` accepts, smallest first. */
  private buildIn(
    fresh: PatternList,
    joins: (larger: PatternList, fresh: PatternList) => boolean,
  ): readonly Automaton[] {
    const kept = [...this.built]
    for (let last = kept.at(-1); last !== undefined && joins(last.patterns, fresh); last = kept.at(-1)) {
      fresh.appendAll(last.patterns)
      kept.pop()
    }
    return [...kept, new Automaton(fresh)]
  }
}
