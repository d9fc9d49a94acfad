/** Runs the command of `exec` in a terminal of its own, so that prompts, colours and full-screen programs work. */
import type { IPty } from '@lydell/node-pty'
import { findProgram } from './find-program.ts'
import { startError } from './start-error.ts'
import type { ExecChild } from './streams.ts'
import { writeTo } from './streams.ts'

/**
 * Returns the exit code; `undefined` where input or output is no terminal, or the optional package is not there (then
 * `note` is told): the command needs pipes.
 */
export async function runInTerminal(child: ExecChild, note: (text: string) => void): Promise<number | undefined> {
  const { stdin, stdout } = child.streams
  if (stdin.isTTY !== true || stdout.isTTY !== true) return undefined
  const library = await import('@lydell/node-pty').catch(() => undefined)
  if (library === undefined) {
    note('@lydell/node-pty is not installed: the command gets pipes instead of a terminal')
    return undefined
  }
  const [program = '', ...args] = child.argv
  const path = findProgram(program, child.env, child.cwd)
  let pty: IPty
  try {
    pty = library.spawn(path, args, {
      name: child.env['TERM'] ?? 'xterm-256color',
      cwd: child.cwd,
      env: child.env,
      cols: stdout.columns ?? 80,
      rows: stdout.rows ?? 24,
      // Bytes, not text: a character may lie across two chunks, and output may be binary.
      encoding: null,
    })
  } catch (error) {
    throw startError(error, program)
  }
  return await connect(pty, child)
}

async function connect(pty: IPty, { streams, redactor, signal }: ExecChild): Promise<number> {
  const { stdin, stdout } = streams
  const masking = redactor.stream()
  const input = (data: Buffer): void => {
    pty.write(data.toString())
  }
  const resize = (): void => {
    pty.resize(stdout.columns ?? 80, stdout.rows ?? 24)
  }
  const stop = (): void => {
    pty.kill('SIGTERM')
  }
  let written = Promise.resolve()
  const output = (data: Uint8Array): void => {
    written = written.then(() => writeTo(stdout, data))
  }
  pty.onData((data: string | Uint8Array) => {
    output(masking.write(typeof data === 'string' ? Buffer.from(data) : data))
  })
  const ended = new Promise<number>((resolve) => {
    pty.onExit(({ exitCode, signal: by }) => {
      resolve(by === undefined || by === 0 ? exitCode : 128 + by)
    })
  })
  stdin.setRawMode?.(true)
  stdin.on('data', input)
  stdout.on('resize', resize)
  signal?.addEventListener('abort', stop)
  try {
    return await ended
  } finally {
    stdin.off('data', input)
    stdin.setRawMode?.(false)
    stdin.pause()
    stdout.off('resize', resize)
    signal?.removeEventListener('abort', stop)
    output(masking.flush(true))
    await written
  }
}
