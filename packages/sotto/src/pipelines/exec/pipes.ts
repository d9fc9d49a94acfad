/** Runs the command of `exec` on pipes: its output passes the redactor, its input is ours. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { constants } from 'node:os'
import { OutputPump } from '../supervisor/output-pump.ts'
import { startError } from './start-error.ts'
import type { ExecChild } from './streams.ts'
import { writeTo } from './streams.ts'

const forwarded = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const

/** Returns the exit code. The command is in our process group: Ctrl-C reaches it by itself, we wait for its end. */
export async function runInPipes({ argv, cwd, env, redactor, streams, signal }: ExecChild): Promise<number> {
  const [program = '', ...args] = argv
  const child = spawn(program, args, { cwd, env, stdio: ['inherit', 'pipe', 'pipe'] })
  const release = forwardSignals(child, signal)
  const masking = { stdout: redactor.stream(), stderr: redactor.stream() }
  const pump = new OutputPump(child, (name, chunk) => writeTo(streams[name], masking[name].write(chunk)))
  try {
    const code = await exitCode(child)
    await pump.drain()
    return code
  } catch (error) {
    throw startError(error, program)
  } finally {
    release()
    await pump.close()
    for (const name of ['stdout', 'stderr'] as const) await writeTo(streams[name], masking[name].flush(true))
  }
}

function forwardSignals(child: ChildProcess, cancel: AbortSignal | undefined): () => void {
  const pass = (signal: NodeJS.Signals): void => {
    child.kill(signal)
  }
  const stay = (): void => {}
  const stop = (): void => {
    child.kill('SIGTERM')
  }
  for (const signal of forwarded) process.on(signal, pass)
  process.on('SIGINT', stay)
  cancel?.addEventListener('abort', stop)
  return () => {
    for (const signal of forwarded) process.off(signal, pass)
    process.off('SIGINT', stay)
    cancel?.removeEventListener('abort', stop)
  }
}

async function exitCode(child: ChildProcess): Promise<number> {
  return await new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.once('exit', (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
    })
  })
}
