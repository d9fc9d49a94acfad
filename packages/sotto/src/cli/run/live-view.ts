/**
 * Progress on a terminal: lines scroll by, and below them stands one line for each step with its state and time.
 * The block at the bottom is erased before a line is written and drawn again behind it.
 */
import type { Output } from '../context.ts'
import type { Style } from '../print/style.ts'
import { cutTo } from '../print/text.ts'
import type { ProgressView } from './progress-view.ts'
import type { RunRecord, StepRecord } from './run-record.ts'
import { durationText, stateText } from './run-words.ts'

/** A run that is over before that shows no block at all. */
const quietMs = 300
const redrawMs = 100
/** More steps than this are summed up, so that the block never is higher than the terminal. */
const mostLines = 10

export class LiveView implements ProgressView {
  readonly #output: Output
  readonly #record: RunRecord
  readonly #style: Style
  readonly #beganMs: number = performance.now()
  readonly #timer: NodeJS.Timeout
  /** Lines of the block that are on the screen. */
  #height = 0
  #ended = false

  constructor(output: Output, record: RunRecord, style: Style) {
    this.#output = output
    this.#record = record
    this.#style = style
    this.#timer = setInterval(() => this.update(), redrawMs)
    // The run keeps the process alive, not the clock.
    this.#timer.unref()
  }

  line(text: string): void {
    this.#output.write(`${this.#erase()}${text}\n${this.#draw()}`)
  }

  update(): void {
    const text = this.#erase() + this.#draw()
    if (text !== '') this.#output.write(text)
  }

  /** The block stays as the last word about each step. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    clearInterval(this.#timer)
    if (this.#record.steps.size > 0) this.#output.write(`${this.#erase()}${this.#block().join('\n')}\n`)
  }

  /** Moves up to the first line of the block and clears what is below. */
  #erase(): string {
    const text = this.#height === 0 ? '' : `\u001b[${String(this.#height)}A\r\u001b[J`
    this.#height = 0
    return text
  }

  #draw(): string {
    if (this.#ended || this.#record.steps.size === 0 || performance.now() - this.#beganMs < quietMs) return ''
    const lines = this.#block()
    this.#height = lines.length
    return `${lines.join('\n')}\n`
  }

  #block(): readonly string[] {
    const steps = [...this.#record.steps]
    const width = Math.max(20, this.#output.columns() ?? 80)
    const widest = Math.max(...steps.map(([id]) => id.length))
    const lines = steps.map(([id, step]) => ({
      step,
      text: this.#stepLine(cutTo(id.padEnd(widest), Math.max(8, width - 24)), step),
    }))
    if (lines.length <= mostLines) return lines.map(({ text }) => text)
    // What is under way or went wrong matters most.
    const told = lines
      .filter(({ step }) => step.state !== 'waiting' && step.state !== 'completed')
      .slice(0, mostLines - 1)
    const count = (state: string): number => steps.filter(([, step]) => step.state === state).length
    return [
      ...told.map(({ text }) => text),
      `${String(count('completed'))} completed, ${String(count('waiting'))} waiting`,
    ]
  }

  #stepLine(name: string, { state, startedMs, tookMs }: StepRecord): string {
    const ms = tookMs ?? (startedMs === undefined ? undefined : performance.now() - startedMs)
    const shown = state === 'waiting' ? this.#style('dim', state) : stateText(state, this.#style)
    return `${name}  ${shown}${ms === undefined ? '' : `  ${durationText(ms)}`}`
  }
}
