/** Sees a child process to its end, whatever it does: prints without end, ignores signals, leaves children behind. */
import type { ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import type { Stop } from './stop.ts'

/** After the child's end, its pipes may be held open by processes it left behind: so long they may be silent. */
const DRAIN_IDLE_MS = 250
const DRAIN_TOTAL_MS = 2000

export interface ProcessEnd {
  readonly exitCode: number | undefined
  readonly signal: string | undefined
}

export interface ProcessOptions {
  readonly stop: Stop
  readonly groups: Set<number>
  /** Gets each chunk; a promise holds the stream back until it resolves. */
  readonly onOutput: (stream: 'stdout' | 'stderr', chunk: Buffer) => Promise<void> | void
}

/**
 * Waits for the end of a child that leads its own process group (`detached`). Cancelled, the group gets SIGTERM, and
 * SIGKILL after the grace. What remains of the group when the child has ended is ended too. Rejects with the error of
 * the operating system where the child could not be started.
 */
export async function superviseProcess(child: ChildProcess, options: ProcessOptions): Promise<ProcessEnd> {
  const { stop, groups, onOutput } = options
  const pid = child.pid
  if (pid !== undefined) groups.add(pid)
  let lastOutputAt = Date.now()
  const output = async (stream: 'stdout' | 'stderr', chunk: Buffer): Promise<void> => {
    await onOutput(stream, chunk)
    lastOutputAt = Date.now()
  }
  const pumps = Promise.all([pump(child.stdout, (chunk) => output('stdout', chunk)), pump(child.stderr, (chunk) => output('stderr', chunk))])
  // Awaited below; a failure before that must not count as unhandled.
  pumps.catch(() => {})
  const release = stopOnSignals(child, stop)
  try {
    const end = await ended(child)
    if (pid !== undefined) signalGroup(pid, 'SIGTERM')
    await Promise.race([pumps, idle(() => lastOutputAt)])
    return end
  } finally {
    release()
    if (pid !== undefined) {
      signalGroup(pid, 'SIGKILL')
      groups.delete(pid)
    }
    child.stdout?.destroy()
    child.stderr?.destroy()
    await pumps
  }
}

/** Sends a signal to all processes of a group; a group that is gone is no matter. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // ESRCH: it has ended.
  }
}

async function pump(stream: Readable | null, take: (chunk: Buffer) => Promise<void>): Promise<void> {
  if (stream === null) return
  try {
    for await (const chunk of stream) await take(chunk as Buffer) // no encoding is set
  } catch (error) {
    // Ours, from destroy() after the drain. Anything else comes from take.
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE')) throw error
  }
}

function stopOnSignals(child: ChildProcess, { cancel, force, graceMs }: Stop): () => void {
  let timer: NodeJS.Timeout | undefined
  const kill = (): void => { if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL') }
  const ask = (): void => {
    if (child.pid === undefined) return
    signalGroup(child.pid, 'SIGTERM')
    timer = setTimeout(kill, graceMs)
  }
  if (force.aborted) kill()
  else if (cancel.aborted) ask()
  cancel.addEventListener('abort', ask)
  force.addEventListener('abort', kill)
  return () => {
    clearTimeout(timer)
    cancel.removeEventListener('abort', ask)
    force.removeEventListener('abort', kill)
  }
}

/** Exit and the end of the process channel: messages sent just before the exit come with the latter. */
async function ended(child: ChildProcess): Promise<ProcessEnd> {
  const exit = new Promise<ProcessEnd>((resolve, reject) => {
    // Not once: an error of a later kill() must not end the supervisor.
    child.on('error', reject)
    child.once('exit', (code, signal) => { resolve({ exitCode: code ?? undefined, signal: signal ?? undefined }) })
  })
  const disconnected = child.connected ? new Promise<void>((resolve) => { child.once('disconnect', () => { resolve() }) }) : undefined
  const end = await exit
  await disconnected
  return end
}

async function idle(lastOutputAt: () => number): Promise<void> {
  const began = Date.now()
  while (Date.now() - lastOutputAt() < DRAIN_IDLE_MS && Date.now() - began < DRAIN_TOTAL_MS) await sleep(20)
  // The first look may come long after the last output.
  if (Date.now() - began < DRAIN_IDLE_MS) await sleep(DRAIN_IDLE_MS - (Date.now() - began))
}

async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => { setTimeout(resolve, ms) })
}
