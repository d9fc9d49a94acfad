/** Runs the command line inside a test: no process, the real store in a folder of its own. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { connect } from '../connect/connect.ts'
import type { CliContext, Environment, InputStream, Output } from './context.ts'
import { runCli } from './run.ts'

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly env?: Environment
  /** What comes by standard input; closed behind it. */
  readonly stdin?: string | Uint8Array
  /** Standard input, output and error are a terminal of 80 columns; `stdin` is what a person types. */
  readonly terminal?: boolean
  readonly columns?: number
}

/** For snapshots of text: lines as they are, so that a change can be read. */
export const asText: { readonly serializers: [(text: string) => string] } = { serializers: [(text) => text] }

class MemoryOutput implements Output {
  readonly isTerminal: boolean
  readonly #columns: number
  readonly #chunks: Buffer[] = []

  constructor(isTerminal: boolean, columns: number) {
    this.isTerminal = isTerminal
    this.#columns = columns
  }

  columns(): number | undefined {
    return this.isTerminal ? this.#columns : undefined
  }

  write(data: string | Uint8Array): void {
    this.#chunks.push(Buffer.from(data))
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks)
  }
}

/** A home of its own for each test; gone at the end of the block. */
export class TestHome implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'sotto-cli-'))

  async run(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
    const { stdout, ...ran } = await this.runBytes(argv, options)
    return { ...ran, stdout: stdout.toString() }
  }

  /** The same, with standard output as its bytes. */
  async runBytes(
    argv: readonly string[],
    options: RunOptions = {},
  ): Promise<{ code: number; stdout: Buffer; stderr: string }> {
    const { terminal = false, columns = 80 } = options
    const stdout = new MemoryOutput(terminal, columns)
    const stderr = new MemoryOutput(terminal, columns)
    const context: CliContext = {
      argv,
      env: { HOME: this.folder, SOTTO_HOME: join(this.folder, 'sotto'), NO_COLOR: '1', ...options.env },
      stdin: { isTerminal: terminal, open: () => inputOf(options.stdin ?? '', terminal) },
      stdout,
      stderr,
      cwd: this.folder,
      now: () => new Date('2026-11-24T12:00:00Z'),
      connect,
    }
    const code = await runCli(context)
    return { code, stdout: stdout.bytes, stderr: stderr.bytes.toString() }
  }

  /** Runs words as a person writes them, split at blanks; fails the test unless it ends with 0. */
  async ok(line: string, options?: RunOptions): Promise<Ran> {
    const ran = await this.run(line.split(' '), options)
    if (ran.code !== 0) throw new Error(`${line} ended with ${String(ran.code)}: ${ran.stderr}`)
    return ran
  }

  /** The same with `--json`; the test says of which shape the answer is. */
  async json<T>(line: string): Promise<T> {
    const { stdout } = await this.ok(`${line} --json`)
    return JSON.parse(stdout) as T // what is not so fails the test's assertions
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** On a terminal the stream stays open, as a keyboard does. */
function inputOf(text: string | Uint8Array, terminal: boolean): InputStream {
  const stream = new PassThrough()
  stream.write(text)
  if (!terminal) stream.end()
  return Object.assign(stream, { setRawMode: () => stream })
}
