/** Sees a child process to its end, whatever it does: prints without end, ignores signals, leaves children behind. */
import type { ChildProcess } from 'node:child_process'
import { OutputPump } from './output-pump.ts'
import type { TakeOutput } from './output-pump.ts'
import { signalGroup } from './signal-group.ts'
import type { Stop } from './stop.ts'

export interface ProcessEnd {
  readonly exitCode: number | undefined
  readonly signal: string | undefined
}

export interface ProcessOptions {
  readonly stop: Stop
  readonly groups: Set<number>
  readonly onOutput: TakeOutput
}

/**
 * Waits for the end of a child that leads its own process group (`detached`). Cancelled, the group gets SIGTERM, and
 * SIGKILL after the grace. What remains of the group when the child has ended is ended too. Rejects with the error of
 * the operating system where the child could not be started.
 */
export async function superviseProcess(child: ChildProcess, options: ProcessOptions): Promise<ProcessEnd> {
  const { stop, groups, onOutput } = options
  const { pid } = child
  if (pid !== undefined) groups.add(pid)
  const pump = new OutputPump(child, onOutput)
  const release = stopOnSignals(child, stop)
  try {
    const end = await ended(child)
    if (pid !== undefined) signalGroup(pid, 'SIGTERM')
    await pump.drain()
    return end
  } finally {
    release()
    if (pid !== undefined) {
      signalGroup(pid, 'SIGKILL')
      groups.delete(pid)
    }
    await pump.close()
  }
}

function stopOnSignals(child: ChildProcess, { cancel, force, graceMs }: Stop): () => void {
  let timer: NodeJS.Timeout | undefined
  const kill = (): void => {
    if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL')
  }
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
    child.once('exit', (code, signal) => {
      resolve({ exitCode: code ?? undefined, signal: signal ?? undefined })
    })
  })
  const disconnected = child.connected
    ? new Promise<void>((resolve) => {
        child.once('disconnect', () => {
          resolve()
        })
      })
    : undefined
  const end = await exit
  await disconnected
  return end
}
