/** Writes results to standard output and words to standard error. */
import { SottoError } from '@sotto/sdk/model'
import type { OutputFormat } from '../command-shape.ts'
import { OutputClosed } from '../context.ts'
import type { CliContext } from '../context.ts'
import { commandLine, runnerReads } from '../github/workflow-command.ts'
import { styleFor } from './style.ts'
import type { Style } from './style.ts'
import { factsText, tableText } from './table.ts'
import type { Facts, Table } from './table.ts'
import { safeJson, safeLines } from './text.ts'

interface PrinterOptions {
  readonly format: OutputFormat
  readonly quiet: boolean
}

export class Printer {
  readonly format: OutputFormat
  /** Styles for text on standard output. */
  readonly style: Style
  readonly #context: CliContext
  readonly #quiet: boolean
  readonly #errorStyle: Style

  constructor(context: CliContext, { format, quiet }: PrinterOptions) {
    this.format = format
    this.style = styleFor(context.env, context.stdout)
    this.#context = context
    this.#quiet = quiet
    this.#errorStyle = styleFor(context.env, context.stderr)
  }

  /** Is the result data for a program? Then words on standard error are JSON too, an object a line. */
  get structured(): boolean {
    return this.format === 'json'
  }

  /** The result: data in the shape of the model, and how it looks as a table. */
  async result(value: unknown, asTable: () => Table | Facts): Promise<void> {
    if (this.format === 'json') this.write(`${safeJson(value, 2)}\n`)
    else if (this.format === 'yaml') this.write(await yamlText(value))
    else this.table(asTable())
  }

  /** A change: words for a person, data for a program. */
  async changed(value: unknown, words: readonly string[]): Promise<void> {
    if (this.format === 'json' || this.format === 'yaml') await this.result(value, () => ({ facts: [] }))
    else for (const line of words) this.say(line)
  }

  table(table: Table | Facts): void {
    const width = this.#context.stdout.columns()
    this.write('facts' in table ? factsText(table, this.style, width) : tableText(table, this.style, width))
  }

  /** A table before the change that it is about, which does not depend on whether anybody reads it to its end. */
  preview(table: Table): void {
    try {
      this.table(table)
    } catch (error) {
      if (!(error instanceof OutputClosed)) throw error
    }
  }

  /** What exists nowhere else: a reader that has gone is a failure. The hint says how to get another one. */
  handOver(data: string, hint: string): void {
    try {
      this.write(data)
    } catch (error) {
      const message = 'standard output could not be written, and what it was to hold is shown once'
      throw new SottoError('internal', message, { hint, cause: error })
    }
  }

  /** Data as it is. */
  write(data: string | Uint8Array): void {
    this.#context.stdout.write(data)
  }

  /** Words for a person about what was done. */
  say(text: string): void {
    if (!this.#quiet) this.#line('note', text, safeLines(text))
  }

  warn(text: string): void {
    if (this.#quiet) return
    if (runnerReads(this.#context) && !this.structured)
      this.#context.stderr.write(commandLine({ name: 'warning', data: safeLines(text) }))
    else this.#line('warning', text, `${this.#errorStyle('yellow', 'warning:')} ${safeLines(text)}`)
  }

  #line(kind: string, text: string, shown: string): void {
    this.#context.stderr.write(`${this.structured ? safeJson({ [kind]: text }) : shown}\n`)
  }
}

async function yamlText(value: unknown): Promise<string> {
  const module = await import('./yaml-text.ts')
  return module.yamlText(value)
}
