/** Progress as lines, for pipes, files and terminals that can do no more. */
import type { Call } from '../command.ts'
import type { ProgressView } from './progress-view.ts'

export class PlainView implements ProgressView {
  readonly #call: Call

  constructor(call: Call) {
    this.#call = call
  }

  /** The text is safe to print already, colours included; for a program it is a note. */
  line(text: string): void {
    const { print, context } = this.#call
    if (print.structured) print.say(text)
    else context.stderr.write(`${text}\n`)
  }

  update(): void {
    // Lines say what changed.
  }

  end(): void {
    // Nothing was changed in the terminal.
  }
}
