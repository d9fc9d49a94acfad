/**
 * Asks a person. Only where standard input and standard error are terminals: a program is never kept waiting.
 *
 * Ours, not @clack/prompts: that takes 12 ms to load, shows a mark per character (the length of a secret), ends a
 * hidden value at the first line break of a pasted PEM, and draws boxes that break in narrow terminals.
 */
import { SottoError } from '@sotto/sdk/model'
import type { CliContext } from '../context.ts'
import { safeLine } from '../print/text.ts'
import type { LineReader } from './line-reader.ts'

export class Asker {
  readonly #context: CliContext
  readonly #yes: boolean
  #reader: LineReader | undefined

  constructor(context: CliContext, { yes }: { readonly yes: boolean }) {
    this.#context = context
    this.#yes = yes
  }

  /** Is there somebody to answer? */
  get canAsk(): boolean {
    return this.#context.stdin.isTerminal && this.#context.stderr.isTerminal
  }

  /** Was `--yes` given? */
  get saidYes(): boolean {
    return this.#yes
  }

  /** Asks for a line that shows while it is typed. Code: `interrupted`. */
  line(prompt: string): Promise<string> {
    return this.#ask(prompt, false)
  }

  /** Asks for a value that does not show; a pasted text keeps its line breaks. Code: `interrupted`. */
  hidden(prompt: string): Promise<string> {
    return this.#ask(prompt, true)
  }

  /**
   * True for yes. `--yes` answers by itself. Where nobody can answer it is refused with `usage` and the hint
   * to say `--yes`.
   */
  async confirm(question: string, { enter = false }: { readonly enter?: boolean } = {}): Promise<boolean> {
    if (this.#yes) return true
    if (!this.canAsk)
      throw new SottoError('usage', `${question} Nobody can answer here`, { hint: 'add --yes to the command' })
    for (;;) {
      const answer = (await this.line(`${question} [${enter ? 'Y/n' : 'y/N'}] `)).trim().toLowerCase()
      if (answer === '') return enter
      if (answer === 'y' || answer === 'yes') return true
      if (answer === 'n' || answer === 'no') return false
    }
  }

  /** Gives the terminal back: call it before work that takes time, so that Ctrl-C stops it. */
  done(): void {
    this.#reader?.close()
    this.#reader = undefined
  }

  async #ask(prompt: string, hidden: boolean): Promise<string> {
    if (!this.canAsk) throw new SottoError('usage', 'asking needs a terminal on standard input and standard error')
    if (this.#reader === undefined) {
      const { LineReader } = await import('./line-reader.ts')
      this.#reader = new LineReader(
        this.#context.stdin.open(),
        this.#context.stderr,
        this.#context.env['TERM'] !== 'dumb',
      )
    }
    return this.#reader.read(safeLine(prompt), hidden)
  }
}
