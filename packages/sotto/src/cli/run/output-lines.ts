/** Cuts the output of steps into lines that can be shown among those of other steps. */
import type { RunEvent } from '../../pipelines/engine/observer.ts'
import { safeLine } from '../print/text.ts'

type OutputEvent = Extract<RunEvent, { kind: 'output' }>

/** A line without end is shown in pieces, so that memory stays flat. */
const longestLine = 16 * 1024
// Colours may pass; what moves the cursor or clears the screen would destroy the lines of others.
const colour = /\u001b\[[0-9;:]*m/g

interface Unfinished {
  readonly decoder: TextDecoder
  text: string
}

export class OutputLines {
  readonly #unfinished = new Map<string, Unfinished>()
  readonly #colours: boolean

  constructor(options: { readonly colours: boolean }) {
    this.#colours = options.colours
  }

  /** Lines that the chunk completes. */
  add({ step, stream, data }: OutputEvent): readonly string[] {
    const key = `${step}\0${stream}`
    const held = this.#unfinished.get(key) ?? { decoder: new TextDecoder(), text: '' }
    this.#unfinished.set(key, held)
    const lines = `${held.text}${held.decoder.decode(data, { stream: true })}`.split('\n')
    held.text = lines.pop() ?? ''
    if (held.text.length > longestLine) {
      lines.push(held.text)
      held.text = ''
    }
    return lines.map((line) => this.#shown(line))
  }

  /** What a step that has ended left without a line break. */
  rest(step: string): readonly string[] {
    const lines: string[] = []
    for (const [key, { text, decoder }] of this.#unfinished) {
      if (!key.startsWith(`${step}\0`)) continue
      this.#unfinished.delete(key)
      const last = text + decoder.decode()
      if (last !== '') lines.push(this.#shown(last))
    }
    return lines
  }

  /** Of a progress bar, which overwrites its line, the last state. */
  #shown(line: string): string {
    const last = line.replace(/\r+$/, '').split('\r').at(-1) ?? ''
    const colours = this.#colours ? (last.match(colour) ?? []) : []
    const safe = last
      .split(colour)
      .map(safeTabs)
      .reduce((text, piece, index) => `${text}${colours[index - 1] ?? ''}${piece}`)
    return colours.length === 0 ? safe : `${safe}\u001b[0m`
  }
}

function safeTabs(text: string): string {
  return text.split('\t').map(safeLine).join('\t')
}
