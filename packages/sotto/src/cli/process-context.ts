/** The context of a real process. */
import { fstatSync, statSync, writeSync } from 'node:fs'
import { SottoError, systemCode } from '@sotto/sdk/model'
import { OutputClosed } from './context.ts'
import type { CliContext, Input, Output } from './context.ts'

/**
 * Writes to the descriptor itself: `process.stdout` is made on first use, and that costs 6 ms, as
 * much as everything else that `secret get` does outside the store.
 */
class DescriptorOutput implements Output {
  readonly #descriptor: 1 | 2

  constructor(descriptor: 1 | 2) {
    this.#descriptor = descriptor
  }

  get isTerminal(): boolean {
    return isTerminal(this.#descriptor)
  }

  columns(): number | undefined {
    if (!this.isTerminal) return undefined
    const stream = this.#descriptor === 1 ? process.stdout : process.stderr
    return stream.columns > 0 ? stream.columns : 80
  }

  write(data: string | Uint8Array): void {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data
    try {
      for (let at = 0; at < bytes.length;) at += writeSome(this.#descriptor, bytes.subarray(at))
    } catch (error) {
      // Words that nobody can read must not stop what they are about: a warning comes before its write.
      if (this.#descriptor === 1) throw outputError(error)
    }
  }
}

function outputError(error: unknown): unknown {
  const code = systemCode(error) ?? 'unknown error'
  if (code === 'EPIPE') return new OutputClosed()
  return new SottoError('internal', `standard output cannot be written (${code})`, {
    hint: 'look at where the output is sent to: its disk may be full',
    cause: error,
  })
}

function writeSome(descriptor: number, bytes: Uint8Array): number {
  try {
    return writeSync(descriptor, bytes)
  } catch (error) {
    if (systemCode(error) !== 'EAGAIN') throw error
    // A pipe that another process has made non-blocking, and that is full: wait for its reader.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2)
    return 0
  }
}

/** What is no terminal is told without node:tty, which brings the network along: 3 ms. */
function isTerminal(descriptor: 0 | 1 | 2): boolean {
  try {
    const found = fstatSync(descriptor)
    if (!found.isCharacterDevice() || found.rdev === statSync('/dev/null').rdev) return false
  } catch {
    return false // closed: `<&-`
  }
  const { isatty } = process.getBuiltinModule('node:tty')
  return isatty(descriptor)
}

class ProcessInput implements Input {
  get isTerminal(): boolean {
    return isTerminal(0)
  }

  open(): NodeJS.ReadStream {
    return process.stdin
  }
}

export function processContext(): CliContext {
  return {
    argv: process.argv.slice(2),
    env: process.env,
    stdin: new ProcessInput(),
    stdout: new DescriptorOutput(1),
    stderr: new DescriptorOutput(2),
    cwd: process.cwd(),
    now: () => new Date(),
    // Loaded on first use: help, completion of words and wrong usage need no store.
    connect: async (options) => {
      const { connect } = await import('../connect/connect.ts')
      const connection = await connect(options)
      return { api: connection.api, close: () => connection.close({ processEnds: true }) }
    },
  }
}
