/**
 * Reads lines from a terminal in raw mode, with or without showing them.
 *
 * Raw mode holds from the first question to `close`, not question by question: what is typed ahead of a hidden
 * question would be echoed by the terminal in between. Ctrl-C arrives here as a character.
 */
import { StringDecoder } from 'node:string_decoder'
import { SottoError } from '@sotto/sdk/model'
import type { InputStream, Output } from '../context.ts'

interface Question {
  readonly hidden: boolean
  readonly resolve: (line: string) => void
  readonly reject: (error: SottoError) => void
}

const pasteBegins = '\u001b[200~'
const pasteEnds = '\u001b[201~'
// An escape sequence of a key: CSI, SS3, or a key with Alt.
const keySequence = /^\u001b(?:\[[\u0030-\u003f]*[\u0020-\u002f]*[\u0040-\u007e]|O[\s\S]|[^[O])/

export class LineReader {
  readonly #input: InputStream
  readonly #output: Output
  readonly #brackets: boolean
  readonly #decoder = new StringDecoder('utf8')
  #waiting = ''
  #line = ''
  #pasting = false
  #pastedReturn = false
  #ended = false
  #question: Question | undefined

  /** `brackets`: ask the terminal to mark pasted text, so that its line breaks do not end the answer. */
  constructor(input: InputStream, output: Output, brackets: boolean) {
    this.#input = input
    this.#output = output
    this.#brackets = brackets
    input.setRawMode?.(true)
    if (brackets) output.write('\u001b[?2004h')
    input.on('data', this.#onData)
    input.on('end', this.#onEnd)
    input.on('close', this.#onEnd)
    input.resume()
  }

  /** Codes: `interrupted` on Ctrl-C, Ctrl-D and the end of input. */
  read(prompt: string, hidden: boolean): Promise<string> {
    this.#output.write(prompt)
    return new Promise((resolve, reject) => {
      this.#question = { hidden, resolve, reject }
      this.#consume()
    })
  }

  close(): void {
    this.#input.off('data', this.#onData)
    this.#input.off('end', this.#onEnd)
    this.#input.off('close', this.#onEnd)
    if (this.#brackets) this.#output.write('\u001b[?2004l')
    this.#input.setRawMode?.(false)
    this.#input.pause()
  }

  readonly #onData = (chunk: Uint8Array | string): void => {
    this.#waiting += typeof chunk === 'string' ? chunk : this.#decoder.write(Buffer.from(chunk))
    this.#consume()
  }

  readonly #onEnd = (): void => {
    this.#ended = true
    this.#consume()
  }

  #consume(): void {
    while (this.#question !== undefined && this.#waiting !== '') {
      const taken = this.#next(this.#question)
      if (taken === 0) return
      this.#waiting = this.#waiting.slice(taken)
    }
    if (this.#ended && this.#question !== undefined) this.#interrupt(this.#question)
  }

  /** Handles what comes first and gives its length; 0 where it is not complete yet. */
  #next(question: Question): number {
    if (this.#waiting.startsWith('\u001b')) return this.#sequence()
    const character = String.fromCodePoint(this.#waiting.codePointAt(0) ?? 0)
    if (this.#pasting) {
      this.#pasted(question, character)
      return character.length
    }
    switch (character) {
      case '\r':
      case '\n':
        // A terminal sends CR; a line of a program that types for somebody may end in CR LF.
        this.#finish(question)
        return this.#waiting.startsWith('\r\n') ? 2 : 1
      case '\u0003':
        this.#interrupt(question)
        break
      case '\u0004':
        if (this.#line === '') this.#interrupt(question)
        break
      case '\u007f':
      case '\b':
        this.#erase(question, 1)
        break
      case '\u0015':
        this.#erase(question, Infinity)
        break
      default:
        this.#type(question, character)
    }
    return character.length
  }

  #sequence(): number {
    if (this.#waiting.startsWith(pasteBegins)) {
      this.#pasting = true
      return pasteBegins.length
    }
    if (this.#waiting.startsWith(pasteEnds)) {
      this.#pasting = false
      return pasteEnds.length
    }
    return keySequence.exec(this.#waiting)?.[0].length ?? 0
  }

  #pasted(question: Question, character: string): void {
    // Terminals turn the line breaks of a pasted text into CR; those that do not leave CR LF as it is.
    const isSecondHalf = character === '\n' && this.#pastedReturn
    this.#pastedReturn = character === '\r'
    const isBreak = character === '\r' || character === '\n'
    if (isSecondHalf || (isBreak && !question.hidden)) return
    this.#type(question, isBreak ? '\n' : character, true)
  }

  #type(question: Question, character: string, anything = false): void {
    if (!anything && character < ' ' && character !== '\t') return
    this.#line += character
    if (!question.hidden) this.#output.write(character)
  }

  #erase(question: Question, count: number): void {
    const characters = [...this.#line]
    const kept = characters.slice(0, Math.max(0, characters.length - count))
    if (!question.hidden) this.#output.write('\b \b'.repeat(characters.length - kept.length))
    this.#line = kept.join('')
  }

  #finish(question: Question): void {
    const line = this.#line
    this.#line = ''
    this.#question = undefined
    this.#output.write('\n')
    question.resolve(line)
  }

  #interrupt(question: Question): void {
    this.#line = ''
    this.#question = undefined
    this.#output.write('\n')
    question.reject(new SottoError('interrupted', 'stopped; nothing was written'))
  }
}
