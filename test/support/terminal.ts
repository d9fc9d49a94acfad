/** A program in a real pseudo-terminal, answered at its prompts as a person would. */
import type { IPty } from '@lydell/node-pty'

export interface TerminalOptions {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly columns?: number
}

/** Everything a program printed in its terminal, and ways to answer it. */
export class Terminal implements Disposable {
  readonly #pty: IPty
  #output = ''
  #read = 0
  #waiting: (() => void) | undefined
  readonly #ended: Promise<number>

  private constructor(pty: IPty) {
    this.#pty = pty
    pty.onData((data) => {
      this.#output += data
      this.#waiting?.()
    })
    this.#ended = new Promise((resolve) => {
      pty.onExit(({ exitCode, signal }) => {
        resolve(exitCode === 0 && signal !== undefined && signal > 0 ? 128 + signal : exitCode)
        this.#waiting?.()
      })
    })
  }

  static async open(program: string, argv: readonly string[], options: TerminalOptions): Promise<Terminal> {
    const { spawn } = await import('@lydell/node-pty')
    return new Terminal(
      spawn(program, [...argv], {
        cwd: options.cwd,
        env: { TERM: 'xterm', ...options.env },
        cols: options.columns ?? 120,
        rows: 40,
      }),
    )
  }

  /** All that was printed so far, escape sequences included. */
  get output(): string {
    return this.#output
  }

  /** All that was printed so far, without escape sequences. */
  get text(): string {
    return this.#output.replaceAll(/\u001b\[[0-9;?]*[A-Za-z]|\u001b\][^\u0007]*\u0007|\u001b[=>]/g, '')
  }

  /** Waits until the text printed since the last match matches; fails with what was printed after 20 s. */
  async expect(pattern: RegExp): Promise<void> {
    const deadline = Date.now() + 20_000
    for (;;) {
      const rest = this.text.slice(this.#read)
      const match = pattern.exec(rest)
      if (match) {
        this.#read += match.index + match[0].length
        return
      }
      if (Date.now() > deadline)
        throw new Error(`the terminal did not show ${String(pattern)}; it shows:\n${this.text}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 200)
        this.#waiting = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  /** Types a line and the Enter key. */
  type(line: string): void {
    this.#pty.write(`${line}\r`)
  }

  /** Presses keys as they are: `\u0003` is Ctrl-C. */
  press(keys: string): void {
    this.#pty.write(keys)
  }

  /** The exit code, once the program has ended. */
  async ended(): Promise<number> {
    const timeout = setTimeout(() => {
      this.#pty.kill('SIGKILL')
    }, 30_000)
    const code = await this.#ended
    clearTimeout(timeout)
    return code
  }

  /** Ends a program that is still there, so that a failed test does not wait for it. */
  [Symbol.dispose](): void {
    try {
      this.#pty.kill('SIGKILL')
    } catch {
      // It has ended.
    }
  }
}
